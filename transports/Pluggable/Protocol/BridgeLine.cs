using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A bridge as tor's configuration has it: <c>[Bridge] METHOD IP:PORT [FINGERPRINT] [KEY=VALUE …]</c> (tor(1), Bridge).</summary>
internal static class BridgeLine
{
    private const int MaxLength = 1024;
    private const int FingerprintLength = 40;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="why">What is wrong, as a sentence; null where nothing is.</param>
    /// <returns>What to connect to, or null.</returns>
    public static PtTarget? TryRead(string line, out string? why)
    {
        if (line.Length > MaxLength)
        {
            return Not($"it is longer than {MaxLength} characters. Copy it again.", out why);
        }

        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        ReadOnlySpan<string> rest = words is ["Bridge", ..] ? words.AsSpan(1) : words;
        if (rest.Length < 2)
        {
            return Not("it has a method, an address and arguments, such as \"obfs4 192.0.2.7:443 cert=… iat-mode=0\". Copy it again, whole.", out why);
        }

        if (!PtMethodName.IsValid(rest[0]))
        {
            return Not("it begins with no method's name, such as obfs4. A bridge without one needs no pluggable transport.", out why);
        }

        if (IpText.TryReadEndPoint(rest[1]) is not { } address)
        {
            return Not("its second word is no IP address with a port, such as 192.0.2.7:443. Names are not resolved.", out why);
        }

        string method = rest[0];
        rest = rest[2..];
        if (rest is [{ Length: FingerprintLength } fingerprint, ..] && fingerprint.All(char.IsAsciiHexDigit))
        {
            rest = rest[1..];
        }

        var pairs = new List<KeyValuePair<string, string>>();
        foreach (string word in rest)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || word.Any(c => c is < '!' or > '~'))
            {
                return Not("after the address come a fingerprint of 40 hexadecimal digits, or none, and words of the form key=value. Copy it again, whole.", out why);
            }

            pairs.Add(new(word[..equals], word[(equals + 1)..]));
        }

        if (PtArguments.TryMake(pairs) is not { } arguments)
        {
            return Not($"its arguments are longer than the {PtArguments.MaxLength} bytes that a program can be told.", out why);
        }

        if (method == PtMethodName.Obfs4 && (arguments.Find("cert") is not { } text || !Obfs4Certificate.TryRead(text, out _) || arguments.Find("iat-mode") is not ("0" or "1" or "2")))
        {
            return Not("an obfs4 bridge has cert= with 70 characters of base64, and iat-mode= with 0, 1 or 2. Copy it again, whole.", out why);
        }

        why = null;
        return new PtTarget(method, address, arguments);
    }

    private static PtTarget? Not(string cause, [NotNull] out string? why)
    {
        why = cause;
        return null;
    }
}
