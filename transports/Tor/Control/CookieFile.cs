using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Reads tor's authentication cookie: who can read it controls tor.</summary>
internal static class CookieFile
{
    private const uint Root = 0;

    // PATH_MAX and NAME_MAX of Linux; elsewhere they are shorter.
    private const int LongestPath = 4_096;
    private const int LongestName = 255;

    // Where nobody but root and tor can have put a file.
    private static readonly string[] Customary = ["/run/tor/control.authcookie", "/var/run/tor/control.authcookie", "/var/lib/tor/control_auth_cookie"];

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
            : throw WrongLength(path, cookie.Length);
    }

    /// <summary>Reads the cookie of a tor that somebody else runs. It need not be ours, but must be tor's: a stranger may listen in tor's place and name a file of his own.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="isNamed">Whether the operator named the path; else the control port did.</param>
    /// <param name="peer">The user on the other side, where the kernel tells.</param>
    /// <exception cref="OverlayException">It is missing, closed to us or open to everybody, not 32 bytes, or of a user who need not be tor's.</exception>
    public static byte[] ReadForeign(string path, bool isNamed, uint? peer)
    {
        // Before anything looks there: messages repeat the path.
        if (!Path.IsPathRooted(path) || (!isNamed && !IsReasonable(path)))
        {
            throw new OverlayException("The control port names a cookie file by what is no whole path, or no path of tor's. Check that it is tor's, or set transports.tor.cookieFile.");
        }

        byte[] cookie = ForeignSecretFile.Read(path, "cookie file", SafeCookie.Length, out FileOwner? owner);
        if (!isNamed && !Customary.Contains(path) && owner?.UserId is not (Root or null) && owner?.UserId != CurrentUser.Id && owner?.UserId != peer)
        {
            throw new OverlayException($"The control port names the cookie file {path}, which is of the user {owner!.User}. If tor runs as that user, set transports.tor.cookieFile to it.");
        }

        return cookie.Length == SafeCookie.Length ? cookie : throw WrongLength(path, cookie.Length);
    }

    private static bool IsReasonable(string path) =>
        path.Length <= LongestPath && LogText.IsPlain(path) && path.Split('/').All(name => name.Length <= LongestName);

    private static OverlayException WrongLength(string path, int length) =>
        new($"The cookie file {path} has {length} bytes instead of {SafeCookie.Length}: it is not tor's. Find out what wrote it.");

    private static OverlayException Missing(string path) =>
        new($"The cookie file {path} is missing. Check that tor runs with CookieAuthentication 1.");
}
