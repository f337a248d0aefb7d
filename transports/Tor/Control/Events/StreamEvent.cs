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
    public static StreamEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, "STREAM") is { Words: [_, var id, var status, var circuit, var target, ..] } arguments
            ? new StreamEvent(id, status, circuit, target, arguments["SOCKS_USERNAME"])
            : null;

    public override string ToString() => $"STREAM {StreamId} {Status} on {CircuitId}";
}
