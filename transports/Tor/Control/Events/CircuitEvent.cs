namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What happened to a circuit.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#CIRC">control-spec, section 4.1.1</a>:
/// <c>"650" SP "CIRC" SP CircuitID SP CircStatus [SP Path] [SP "BUILD_FLAGS=" …] [SP "PURPOSE=" …] [SP "HS_STATE=" …]
/// [SP "REND_QUERY=" …] [SP "TIME_CREATED=" …] [SP "REASON=" …] [SP "SOCKS_USERNAME=" QuotedString] [SP "SOCKS_PASSWORD=" QuotedString]</c>.
/// </remarks>
/// <param name="CircuitId">Its id.</param>
/// <param name="Status">LAUNCHED, BUILT, GUARD_WAIT, EXTENDED, FAILED or CLOSED.</param>
/// <param name="Path">The relays so far, <c>$FINGERPRINT~name</c> each, or null.</param>
/// <param name="Purpose">What it is for, or null.</param>
/// <param name="HsState">How far it is where it is for onion services, or null.</param>
/// <param name="Reason">Why it failed or closed, or null.</param>
/// <param name="SocksUser">The user name that isolates it, or null.</param>
internal sealed record CircuitEvent(string CircuitId, string Status, string? Path, string? Purpose, string? HsState, string? Reason, string? SocksUser)
{
    /// <summary>The event's name.</summary>
    public const string EventName = "CIRC";

    public static CircuitEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, EventName) is { Words: [_, var id, var status, ..] } arguments
            ? new CircuitEvent(id, status, arguments.Words.ElementAtOrDefault(3), arguments["PURPOSE"], arguments["HS_STATE"], arguments["REASON"], arguments["SOCKS_USERNAME"])
            : null;

    public override string ToString() => $"CIRC {CircuitId} {Status}";
}
