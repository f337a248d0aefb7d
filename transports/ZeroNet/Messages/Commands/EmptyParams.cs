using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The params of commands that have none.</summary>
/// <param name="Command">The command.</param>
internal sealed record EmptyParams(string Command) : IRequestBody
{
    /// <summary>Asks whether the peer is there.</summary>
    public static EmptyParams Ping { get; } = new(PeerCommands.Ping);

    /// <summary>Asks for trackers.</summary>
    public static EmptyParams GetTrackers { get; } = new(PeerCommands.GetTrackers);

    /// <inheritdoc/>
    public int FieldCount => 0;

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
    }
}
