using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Reads tor's authentication cookie: who can read it controls tor.</summary>
internal static class CookieFile
{
    /// <summary>Reads a cookie.</summary>
    /// <exception cref="OverlayException">It is missing, no regular file of ours, open to others, or not 32 bytes.</exception>
    public static byte[] Read(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        if (folder is null || !Directory.Exists(folder))
        {
            throw Missing(path);
        }

        // The key folder's rules are the cookie's: ours, no symbolic link, closed to others.
        byte[] cookie = KeyFolder.Open(folder).Read(Path.GetFileName(path)) ?? throw Missing(path);
        return cookie.Length == SafeCookie.Length
            ? cookie
            : throw new OverlayException($"The cookie file {path} has {cookie.Length} bytes instead of {SafeCookie.Length}: it is not tor's. Find out what wrote it.");
    }

    private static OverlayException Missing(string path) =>
        new($"The cookie file {path} is missing. Check that tor runs with CookieAuthentication 1.");
}
