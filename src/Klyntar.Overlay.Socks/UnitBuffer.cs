namespace Klyntar.Overlay.Socks;

/// <summary>
/// Keeps the beginning of a message that has not arrived whole. It holds no memory until then, and little more than what
/// came: a client that sends a byte a second costs a few dozen bytes.
/// </summary>
internal struct UnitBuffer
{
    private const int FirstLength = 32;

    private byte[]? _bytes;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        int needed = Length + bytes.Length;
        if (_bytes is null || _bytes.Length < needed)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes is null ? FirstLength : _bytes.Length * 2));
        }

        bytes.CopyTo(_bytes.AsSpan(Length));
        Length = needed;
    }

    public void Clear() => Length = 0;
}
