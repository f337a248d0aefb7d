namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The control port's half of a SAFECOOKIE challenge.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#authchallenge">control-spec, section 3.24</a>:
/// <c>"250 AUTHCHALLENGE" SP "SERVERHASH=" ServerHash SP "SERVERNONCE=" ServerNonce CRLF</c>, 32 bytes each in hexadecimal.
/// </remarks>
internal sealed record AuthChallengeReply(byte[] ServerHash, byte[] ServerNonce)
{
    public static AuthChallengeReply? TryParse(ControlMessage message)
    {
        return message.Status == 250
            && message.Text.StartsWith("AUTHCHALLENGE ", StringComparison.Ordinal)
            && ControlArguments.TryParse(message.Text, out ControlArguments? arguments)
            && Bytes(arguments["SERVERHASH"]) is { } hash
            && Bytes(arguments["SERVERNONCE"]) is { } nonce
                ? new AuthChallengeReply(hash, nonce)
                : null;
    }

    public override string ToString() => nameof(AuthChallengeReply);

    private static byte[]? Bytes(string? hex)
    {
        var bytes = new byte[SafeCookie.Length];
        return hex?.Length == 2 * SafeCookie.Length
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? bytes
                : null;
    }
}
