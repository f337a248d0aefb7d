using System.Buffers;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Cuts what a bridge sends into lines. Touches no socket, and keeps no more than one line.</summary>
/// <param name="limits">The caps.</param>
internal sealed class SamLineReader(SamLimits limits)
{
    private readonly ArrayBufferWriter<byte> _kept = new();

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

        // Looked at as far as a line may go and before its length, so that the fault is the same however the bytes come.
        ReadOnlySpan<byte> allowed = part[..Math.Min(part.Length, limits.LineLength - _kept.WrittenCount)];
        if (Odd(allowed))
        {
            return Fail(SamViolation.NotText);
        }

        if (allowed.Length < part.Length)
        {
            return Fail(SamViolation.LineTooLong);
        }

        input = input[(end < 0 ? input.Length : end + 1)..];
        _kept.Write(part);
        if (end < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> line = _kept.WrittenSpan is [.. var before, (byte)'\r'] ? before : _kept.WrittenSpan;
        string text = System.Text.Encoding.Latin1.GetString(line);
        _kept.Clear();
        return text;
    }

    // A carriage return may stand before the end, which may come later.
    private bool Odd(ReadOnlySpan<byte> part)
    {
        if (_kept.WrittenSpan is [.., (byte)'\r'] && !part.IsEmpty)
        {
            return true;
        }

        ReadOnlySpan<byte> body = part is [.., (byte)'\r'] ? part[..^1] : part;
        return body.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }

    private string? Fail(SamViolation violation)
    {
        Violation = violation;
        _kept.Clear();
        return null;
    }
}
