using System.Security.Cryptography;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Authenticates a control connection, and makes sure that the other side is tor.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#authenticate">control-spec, sections 3.5, 3.21 and 3.24</a>.
/// SAFECOOKIE proves both sides and shows the cookie to neither. Whatever proves nothing of the other side is used only where the
/// kernel has told who that is: a squatter gets no cookie, and never a key.
/// </remarks>
internal static class ControlAuthenticator
{
    private const uint Root = 0;

    /// <summary>Authenticates.</summary>
    /// <returns>What the control port says of itself.</returns>
    /// <exception cref="OverlayException">The other side is not who it should be, or does not accept us. The connection is of no use then.</exception>
    public static async Task<ProtocolInfo> AuthenticateAsync(TorControlConnection connection, ControlCredentials credentials, CancellationToken cancellationToken)
    {
        bool isKnownUser = IsKnownUser(connection.PeerUserId, credentials.PeerUserIds);
        ProtocolInfo info = ProtocolInfo.TryParse(await connection.ExecuteAsync(ControlCommand.ProtocolInfo(), cancellationToken))
            ?? throw new ControlException("The control port's PROTOCOLINFO is not what tor answers. Check that it is tor's.");

        string? cookieFile = credentials.CookieFile ?? (credentials.IsElsewhere ? null : info.CookieFile);
        bool hasPassword = info.Methods.Contains("HASHEDPASSWORD") && credentials.Password is not null;
        if (info.Methods.Contains("SAFECOOKIE") && cookieFile is not null && ReadCookie(connection, credentials, cookieFile, hasPassword) is { } proof)
        {
            await SafeCookieAsync(connection, proof, cancellationToken);
            connection.IsPeerVerified = true;
            return info;
        }

        // From here on the other side proves nothing; it would learn the secret.
        if (!isKnownUser && !credentials.IsVouchedFor)
        {
            throw new ControlException(Unproven(info, credentials));
        }

        if (isKnownUser && info.Methods.Contains("COOKIE") && cookieFile is not null && ReadCookie(connection, credentials, cookieFile, hasPassword) is { } cookie)
        {
            await ProveAsync(connection, ControlCommand.Authenticate(cookie), "cookie", cancellationToken);
            CryptographicOperations.ZeroMemory(cookie);
        }
        else if (hasPassword)
        {
            await ProveAsync(connection, ControlCommand.AuthenticatePassword(credentials.Password!), "password", cancellationToken);
        }
        else if (info.Methods.Contains("NULL"))
        {
            await ProveAsync(connection, ControlCommand.Authenticate(), "wish to use it without a secret", cancellationToken);
        }
        else
        {
            throw new ControlException($"The control port offers {Offered(info)}, and for none of it there is a secret. Set CookieAuthentication 1 in tor's configuration, or configure its password.");
        }

        connection.IsPeerVerified = true;
        return info;
    }

    // Where there is a password as well, a cookie that cannot be read does no harm.
    private static byte[]? ReadCookie(TorControlConnection connection, ControlCredentials credentials, string path, bool hasPassword)
    {
        try
        {
            return credentials.IsForeign
                ? CookieFile.ReadForeign(path, credentials.CookieFile is not null, connection.PeerUserId)
                : CookieFile.Read(path);
        }
        catch (OverlayException) when (hasPassword)
        {
            return null;
        }
    }

    private static string Unproven(ProtocolInfo info, ControlCredentials credentials)
    {
        string sentence = $"The control port offers {Offered(info)} and cannot prove that it is tor's: whoever else listened there would be given the services' keys.";
        return !credentials.IsForeign ? $"{sentence} Use a Unix socket, or CookieAuthentication 1."
            : info.Methods.Contains("SAFECOOKIE") && credentials.CookieFile is null
                ? "The control port proves itself by its cookie, and where that is on this machine is not known. Set transports.tor.cookieFile to it."
                : $"{sentence} Use tor's Unix socket, or CookieAuthentication 1; or set transports.tor.trustControl where nobody but tor can listen at that address.";
    }

    private static bool IsKnownUser(uint? user, IReadOnlySet<uint>? allowed)
    {
        if (user is not { } id)
        {
            return false;
        }

        // Root could read our memory as well; and a tor that drops root's rights has opened its socket before.
        return (allowed is null ? id == Root || id == CurrentUser.Id : allowed.Contains(id))
            ? true
            : throw new ControlException($"The control socket belongs to uid {id}, who is not trusted with it. Remove that socket, or name its user in the configuration.");
    }

    private static async Task SafeCookieAsync(TorControlConnection connection, byte[] cookie, CancellationToken cancellationToken)
    {
        byte[] clientNonce = RandomNumberGenerator.GetBytes(SafeCookie.Length);
        AuthChallengeReply challenge = AuthChallengeReply.TryParse(await connection.ExecuteAsync(ControlCommand.AuthChallenge(clientNonce), cancellationToken))
            ?? throw new ControlException("The control port's AUTHCHALLENGE is not what tor answers. Check that it is tor's.");

        byte[] expected = SafeCookie.ServerHash(cookie, clientNonce, challenge.ServerNonce);
        if (!CryptographicOperations.FixedTimeEquals(expected, challenge.ServerHash))
        {
            throw new ControlException("The control port does not know the cookie: it is not tor's. Find out what listens there.");
        }

        byte[] hash = SafeCookie.ClientHash(cookie, clientNonce, challenge.ServerNonce);
        CryptographicOperations.ZeroMemory(cookie);
        await ProveAsync(connection, ControlCommand.Authenticate(hash), "cookie", cancellationToken);
    }

    private static async Task ProveAsync(TorControlConnection connection, ControlCommand command, string proof, CancellationToken cancellationToken)
    {
        ControlMessage reply = await connection.SendAsync(command, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new ControlException($"Tor does not accept the {proof}: {ReplyCodes.Meaning(reply.Status)} ({reply.Status}). Check that it is the one of the tor that listens there.");
        }
    }

    private static string Offered(ProtocolInfo info) => LogText.Redact(string.Join(", ", info.Methods.Order(StringComparer.Ordinal).Take(8)));
}
