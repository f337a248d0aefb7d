namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Bytes that may be held at once by all who share this.</summary>
/// <param name="capacity">How many.</param>
internal sealed class ByteBudget(long capacity)
{
    private long _left = capacity;

    /// <summary>How many bytes are left.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>Takes bytes where so many are left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _left, bytes);
}
