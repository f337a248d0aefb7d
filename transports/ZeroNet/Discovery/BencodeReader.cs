namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Reads bencoded values (BEP 3) one after the other. What it cannot read it leaves, and says so; it never throws.</summary>
/// <param name="text">The text.</param>
internal ref struct BencodeReader(ReadOnlySpan<byte> text)
{
    // Of a tracker's answer three; each costs a byte of the text, so the text's own bound is no bound here.
    private const int MostDepth = 16;

    // With a sign, the longest of 64 bits.
    private const int MostDigits = 20;

    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Passes over the beginning of a dictionary; its keys, as bytes, and values follow.</summary>
    public bool TryReadDictionaryStart() => TryRead((byte)'d');

    /// <summary>Passes over the beginning of a list; its items follow.</summary>
    public bool TryReadListStart() => TryRead((byte)'l');

    /// <summary>Passes over the end of a dictionary or list. The end of the text ends nothing.</summary>
    public bool TryReadEnd() => TryRead((byte)'e');

    /// <summary>Reads bytes.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        int colon = _rest.IndexOf((byte)':');
        if (colon is < 1 or > MostDigits || !TryParse(_rest[..colon], out long length) || length < 0 || length > _rest.Length - colon - 1)
        {
            return false;
        }

        bytes = _rest.Slice(colon + 1, (int)length);
        _rest = _rest[(colon + 1 + (int)length)..];
        return true;
    }

    /// <summary>Reads a whole number of 64 bits.</summary>
    public bool TryReadInteger(out long value)
    {
        value = 0;
        int end = _rest.IndexOf((byte)'e');
        if (_rest is not [(byte)'i', ..] || end is < 2 or > MostDigits + 1 || !TryParse(_rest[1..end], out value))
        {
            return false;
        }

        _rest = _rest[(end + 1)..];
        return true;
    }

    /// <summary>Passes over any one value.</summary>
    public bool TrySkip()
    {
        int depth = 0;
        do
        {
            if (TryReadDictionaryStart() || TryReadListStart())
            {
                if (++depth > MostDepth)
                {
                    return false;
                }
            }
            else if (depth > 0 && TryReadEnd())
            {
                depth--;
            }
            else if (!TryReadBytes(out _) && !TryReadInteger(out _))
            {
                return false;
            }
        }
        while (depth > 0);
        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> digits, out long value) =>
        long.TryParse(digits, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out value) && digits[0] != (byte)'+';

    private bool TryRead(byte mark)
    {
        if (_rest.IsEmpty || _rest[0] != mark)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }
}
