namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What tor says of itself as a client.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#STATUS_CLIENT">control-spec, section 4.1.10</a>:
/// <c>"650" SP "STATUS_CLIENT" SP StatusSeverity SP StatusAction StatusArguments CRLF</c>. Among the actions:
/// BOOTSTRAP, ENOUGH_DIR_INFO, NOT_ENOUGH_DIR_INFO, CIRCUIT_ESTABLISHED, CIRCUIT_NOT_ESTABLISHED.
/// </remarks>
/// <param name="Severity">NOTICE, WARN or ERR.</param>
/// <param name="Action">What happened.</param>
/// <param name="Arguments">Its details.</param>
internal sealed record StatusClientEvent(string Severity, string Action, ControlArguments Arguments)
{
    /// <summary>The event's name.</summary>
    public const string EventName = "STATUS_CLIENT";

    public static StatusClientEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, EventName) is { Words: [_, var severity, var action, ..] } arguments
            ? new StatusClientEvent(severity, action, arguments)
            : null;
}
