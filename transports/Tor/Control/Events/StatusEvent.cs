using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What tor says of itself, as a client or in general.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#STATUS_CLIENT">control-spec, section 4.1.10</a>:
/// <c>"650" SP ("STATUS_CLIENT" / "STATUS_GENERAL") SP StatusSeverity SP StatusAction StatusArguments CRLF</c>. Among a client's actions:
/// BOOTSTRAP, ENOUGH_DIR_INFO, NOT_ENOUGH_DIR_INFO, CIRCUIT_ESTABLISHED, CIRCUIT_NOT_ESTABLISHED; in general: CLOCK_JUMPED, CLOCK_SKEW.
/// </remarks>
/// <param name="Severity">NOTICE, WARN or ERR.</param>
/// <param name="Action">What happened.</param>
/// <param name="Arguments">Its details.</param>
internal sealed record StatusEvent(string Severity, string Action, ControlArguments Arguments)
{
    /// <summary>The name of a client's events.</summary>
    public const string ClientEventName = "STATUS_CLIENT";

    /// <summary>The name of those in general.</summary>
    public const string GeneralEventName = "STATUS_GENERAL";

    /// <summary>How far this machine's clock is ahead of somebody else's, as CLOCK_SKEW tells; or null.</summary>
    public TimeSpan? ClockSkew =>
        int.TryParse(Arguments["SKEW"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : null;

    public static StatusEvent? TryParse(ControlMessage message) =>
        (ControlEvent.Arguments(message, ClientEventName) ?? ControlEvent.Arguments(message, GeneralEventName)) is { Words: [_, var severity, var action, ..] } arguments
            ? new StatusEvent(severity, action, arguments)
            : null;
}
