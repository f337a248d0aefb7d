namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What can be expected of a tor in a session.</summary>
internal sealed record TorTraits
{
    /// <summary>Whether nobody else publishes on it. On another's, whoever has an onion service of the same key may withdraw it any time.</summary>
    public bool IsOurs { get; init; } = true;

    /// <summary>Whether it tells of descriptors: of uploads, and of what directories answer.</summary>
    public bool TellsDescriptors { get; init; } = true;
}
