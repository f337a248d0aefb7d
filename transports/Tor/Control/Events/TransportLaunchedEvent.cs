namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A pluggable transport works.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#TRANSPORT_LAUNCHED">control-spec, section 4.1.24</a>:
/// <c>"650" SP "TRANSPORT_LAUNCHED" SP Type SP Name SP TransportAddress SP Port</c>, the type being "server" or "client".
/// </remarks>
/// <param name="IsClient">Whether it is for our own bridges; else we were the bridge.</param>
/// <param name="Name">The transport's name.</param>
internal sealed record TransportLaunchedEvent(bool IsClient, string Name)
{
    /// <summary>The event's name.</summary>
    public const string EventName = "TRANSPORT_LAUNCHED";

    public static TransportLaunchedEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, EventName) is { Words: [_, "client" or "server", _, ..] } arguments
            ? new TransportLaunchedEvent(arguments.Words[1] == "client", arguments.Words[2])
            : null;
}
