namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Cuts what a bridge sends into lines. Touches no socket, and keeps no more than one line.</summary>
/// <param name="limits">The caps.</param>
internal sealed class SamLineReader(SamLimits limits)
{
    private byte[] _kept = [];

    /// <summary>What is wrong, once something is. No line follows.</summary>
    public SamViolation? Violation { get; private set; }

    /// <summary>Takes the next line's bytes.</summary>
    /// <param name="input">What was received; what belongs to the line is cut off from it.</param>
    /// <returns>The line without its end; null where more is needed, or it broke a limit.</returns>
    public string? Read(ref ReadOnlySpan<byte> input)
    {
        if (Violation is not null)
        {
            return null;
        }

        int end = input.IndexOf((byte)'\n');
        ReadOnlySpan<byte> part = end < 0 ? input : input[..end];
        if (_kept.Length + part.Length > limits.LineLength)
        {
            return Fail(SamViolation.LineTooLong);
        }

        // Looked at as it comes: a stream that is no text need not fill a line.
        if (Odd(part, isLast: end >= 0))
        {
            return Fail(SamViolation.NotText);
        }

        input = input[(end < 0 ? input.Length : end + 1)..];
        _kept = [.. _kept, .. part];
        if (end < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> line = _kept is [.., (byte)'\r'] ? _kept.AsSpan(0, _kept.Length - 1) : _kept;
        string text = System.Text.Encoding.Latin1.GetString(line);
        _kept = [];
        return text;
    }

    // A carriage return may stand before the end, which may come later.
    private bool Odd(ReadOnlySpan<byte> part, bool isLast)
    {
        if (_kept is [.., (byte)'\r'] && !(part.IsEmpty && isLast) && !part.IsEmpty)
        {
            return true;
        }

        ReadOnlySpan<byte> body = part is [.., (byte)'\r'] ? part[..^1] : part;
        return body.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }

    private string? Fail(SamViolation violation)
    {
        Violation = violation;
        _kept = [];
        return null;
    }
}
