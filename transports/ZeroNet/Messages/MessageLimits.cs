namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Caps on what a ZeroNet peer sends.</summary>
internal sealed record MessageLimits
{
    /// <summary>The caps that hold once a peer has said who it is.</summary>
    public static MessageLimits Default { get; } = new();

    /// <summary>The caps that hold before: whoever connects may have one small message held.</summary>
    public static MessageLimits BeforeHandshake { get; } = new() { Frame = 64 * 1024, Values = 4 * 1024 };

    /// <summary>The longest message, in bytes: what real nodes take (4.9 MB is answered, 5.1 MiB closes the connection).</summary>
    public int Frame { get; init; } = 5 * 1024 * 1024;

    /// <summary>The deepest nesting; the message itself is the first level. An update's diffs, the deepest of all, need six.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>The most values in a message, keys and nested ones among them.</summary>
    public int Values { get; init; } = 100_000;

    /// <summary>The longest text of a field, in bytes of UTF-8.</summary>
    public int Text { get; init; } = 4 * 1024;

    /// <summary>The most entries in a list or map that is read.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>The most raw bytes after an answer to streamFile: the largest site that real nodes take without being asked.</summary>
    public int StreamBytes { get; init; } = 10 * 1024 * 1024;
}
