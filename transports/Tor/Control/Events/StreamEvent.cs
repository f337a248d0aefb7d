namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What happened to a stream.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#STREAM">control-spec, section 4.1.2</a>:
/// <c>"650" SP "STREAM" SP StreamID SP StreamStatus SP CircuitID SP Target [SP "REASON=" …] [SP "REMOTE_REASON=" …] [SP "SOURCE=" …]
/// [SP "SOURCE_ADDR=" …] [SP "PURPOSE=" …] [SP "SOCKS_USERNAME=" QuotedString] [SP "SOCKS_PASSWORD=" QuotedString] …</c>.
/// </remarks>
/// <param name="StreamId">Its id.</param>
/// <param name="Status">NEW, SENTCONNECT, SUCCEEDED, FAILED, CLOSED, DETACHED, REMAP and so on.</param>
/// <param name="CircuitId">The circuit it is on, or 0.</param>
/// <param name="Target">Where it goes, <c>host:port</c>.</param>
/// <param name="SocksUser">The user name that isolates it, or null.</param>
internal sealed record StreamEvent(string StreamId, string Status, string CircuitId, string Target, string? SocksUser)
{
    /// <summary>The event's name.</summary>
    public const string EventName = "STREAM";

    /// <summary>Why it failed or closed, or null; END where the other side said so.</summary>
    public string? Reason { get; init; }

    /// <summary>What the other side said, or null.</summary>
    public string? RemoteReason { get; init; }

    /// <summary>What it is for, told of new ones alone; or null.</summary>
    public string? Purpose { get; init; }

    public static StreamEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, EventName) is { Words: [_, var id, var status, var circuit, var target, ..] } arguments
            ? new StreamEvent(id, status, circuit, target, arguments["SOCKS_USERNAME"])
            {
                Reason = arguments["REASON"],
                RemoteReason = arguments["REMOTE_REASON"],
                Purpose = arguments["PURPOSE"],
            }
            : null;

    public override string ToString() => $"STREAM {StreamId} {Status} on {CircuitId}";
}
