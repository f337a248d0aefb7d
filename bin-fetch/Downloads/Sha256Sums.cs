using System.Text;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A list of SHA-256 sums, as sha256sum(1) writes it: a line for each file.</summary>
internal static class Sha256Sums
{
    /// <summary>The longest list, in bytes.</summary>
    public const int SizeLimit = 1024 * 1024;

    private const int DigestDigits = 64;

    // "<digest>  name" for text, "<digest> *name" for binary: the same on every system of today.
    private const int NameAt = DigestDigits + 2;

    /// <summary>The digest of the file of exactly this name, in lower case; null where there is none, or where two lines contradict each other.</summary>
    public static string? Find(ReadOnlySpan<byte> list, string name)
    {
        string? found = null;
        if (list.Length > SizeLimit)
        {
            return null;
        }

        foreach (Range range in list.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = list[range];
            if (line is [.., (byte)'\r'])
            {
                line = line[..^1];
            }

            if (line.Length <= NameAt || line[DigestDigits] != ' ' || line[DigestDigits + 1] is not ((byte)' ' or (byte)'*')
                || !Ascii.Equals(line[NameAt..], name))
            {
                continue;
            }

            string digest = Encoding.ASCII.GetString(line[..DigestDigits]).ToLowerInvariant();
            if (!digest.All(char.IsAsciiHexDigitLower) || (found is not null && found != digest))
            {
                return null;
            }

            found = digest;
        }

        return found;
    }
}
