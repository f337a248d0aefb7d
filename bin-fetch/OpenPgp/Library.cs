namespace Klyntar.Overlay.BinFetch;

/// <summary>Calls BouncyCastle.</summary>
internal static class Library
{
    /// <summary>Calls it on bytes that may be anybody's.</summary>
    /// <exception cref="OpenPgpException">It threw: what malformed bytes make it throw is not documented.</exception>
    public static T Guard<T>(Func<T> call, string why)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OpenPgpException))
        {
            throw new OpenPgpException(why, error);
        }
    }
}
