using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>One of the two connections of a relay, as the relay uses it. No member throws, whatever the connection does.</summary>
internal abstract class RelayLeg(ConnectionContext given, bool halfCloses)
{
    /// <summary>Whether it can be half-closed.</summary>
    public bool HalfCloses => halfCloses;

    /// <summary>Whether closing runs what others wrote, while its caller may be on an engine's loop.</summary>
    public virtual bool ClosesOffLoop => false;

    /// <summary>The connection that the relay was given.</summary>
    protected ConnectionContext Given => given;

    /// <summary>Copies from here to the other leg, which is of the same kind, until this one ends. Does not wait for it.</summary>
    public abstract void CopyTo(RelayLeg destination, ICopyProgress progress);

    /// <summary>Passes a FIN on. May be called again.</summary>
    /// <returns>What failed, or null.</returns>
    public abstract ValueTask<Exception?> EndAsync();

    /// <summary>Ends the copy from here as if a FIN had come, after what has arrived.</summary>
    public abstract void StopReading();

    /// <summary>Resets, which ends the copies from and to here. Called once at most, and done before closing begins.</summary>
    public abstract void Abort(Exception? cause);

    /// <summary>Releases what the leg holds and disposes the connection, once no copy runs.</summary>
    /// <returns>What failed, or null.</returns>
    public abstract ValueTask<Exception?> CloseAsync();

    /// <summary>Disposes the connection that the relay was given.</summary>
    /// <returns>What failed, or null.</returns>
    protected async ValueTask<Exception?> DisposeGivenAsync()
    {
        try
        {
            await given.DisposeAsync();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
