using System.Net;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A bridge as people pass it on. Its address is a secret that its operator shares with few: it is in no message.</summary>
/// <remarks>tor(1), <c>Bridge</c>: <c>[transport] IP:ORPort [fingerprint] [K=V …]</c>.</remarks>
/// <param name="Transport">The pluggable transport it takes, or null.</param>
/// <param name="Value">What follows the word Bridge.</param>
internal sealed record BridgeLine(string? Transport, string Value)
{
    private const string Keyword = "Bridge ";
    private const int FingerprintLength = 40;

    /// <summary>Reads a line, with the word Bridge or without.</summary>
    /// <returns>The bridge, or what is wrong with the line, as a sentence that does not repeat it.</returns>
    public static (BridgeLine? Bridge, string? Problem) Parse(string? line)
    {
        string value = (line ?? "").Trim();
        if (value.StartsWith(Keyword, StringComparison.OrdinalIgnoreCase))
        {
            value = value[Keyword.Length..].TrimStart();
        }

        if (Torrc.TextProblem(value) is { } problem)
        {
            return (null, problem);
        }

        string[] words = value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string? transport = words is [var first, ..] && IsTransportName(first) ? first : null;
        if (transport is not null)
        {
            words = words[1..];
        }

        if (words is not [var address, .. var rest] || !IPEndPoint.TryParse(address, out IPEndPoint? endPoint) || endPoint.Port == 0)
        {
            return (null, "it does not begin with an address and a port, perhaps after a transport's name. Copy the whole line as it was given to you.");
        }

        if (rest is [var fingerprint, ..] && !fingerprint.Contains('=', StringComparison.Ordinal) && !IsFingerprint(fingerprint))
        {
            return (null, $"what follows the address is no fingerprint of {FingerprintLength} hexadecimal digits. Copy the whole line as it was given to you.");
        }

        return (new BridgeLine(transport, string.Join(' ', value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))), null);
    }

    /// <summary>Whether a word names a pluggable transport: a C identifier (pt-spec, section 3.1).</summary>
    public static bool IsTransportName(string word) =>
        word is { Length: > 0 and <= 64 } && (char.IsAsciiLetter(word[0]) || word[0] == '_') && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public override string ToString() => Transport is null ? "a bridge" : $"a bridge of {Transport}";

    private static bool IsFingerprint(string word)
    {
        ReadOnlySpan<char> digits = word.AsSpan().TrimStart('$');
        return digits.Length == FingerprintLength && digits.IndexOfAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF")) < 0;
    }
}
