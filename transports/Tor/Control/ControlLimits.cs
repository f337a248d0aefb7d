namespace Klyntar.Overlay.Transports.Tor;

/// <summary>How much a control port may send in one message. Tor's own messages stay far below.</summary>
internal sealed record ControlLimits
{
    public static ControlLimits Default { get; } = new();

    /// <summary>Bytes of one line, without its CRLF.</summary>
    public int LineLength { get; init; } = 100_000;

    /// <summary>Lines of one message, those of data blocks included.</summary>
    public int Lines { get; init; } = 1_000;

    /// <summary>Bytes of one message, line ends included.</summary>
    public int MessageLength { get; init; } = 4 * 1024 * 1024;
}
