namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What happened to an onion service's descriptor.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#HS_DESC">control-spec, section 4.1.25</a>:
/// <c>"650" SP "HS_DESC" SP Action SP HSAddress SP AuthType SP HsDir [SP DescriptorID] [SP "REASON=" Reason] [SP "REPLICA=" n]
/// [SP "HSDIR_INDEX=" index]</c>, with the actions REQUESTED, UPLOAD, RECEIVED, UPLOADED, IGNORE, FAILED, CREATED.
/// </remarks>
/// <param name="Action">What happened.</param>
/// <param name="Address">The address without <c>.onion</c>, or UNKNOWN.</param>
/// <param name="Directory">The directory relay concerned, or UNKNOWN.</param>
/// <param name="Reason">Why it failed, or null.</param>
internal sealed record HsDescEvent(string Action, string Address, string? Directory, string? Reason)
{
    /// <summary>Which of the service's descriptors it is, where tor says so: of an upload when it begins, and not when it has ended.</summary>
    public string? DescriptorId { get; init; }

    /// <summary>The event's name.</summary>
    public const string EventName = "HS_DESC";

    public static HsDescEvent? TryParse(ControlMessage message) =>
        ControlEvent.Arguments(message, EventName) is { Words: [_, var action, var address, ..] words } arguments
            ? new HsDescEvent(action, address, words.ElementAtOrDefault(4), arguments["REASON"]) { DescriptorId = words.ElementAtOrDefault(5) }
            : null;

    public override string ToString() => $"HS_DESC {Action}";
}
