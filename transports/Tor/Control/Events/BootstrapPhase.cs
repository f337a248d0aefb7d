using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>How far tor has come in joining its network.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/replies.html#STATUS_CLIENT">control-spec, section 4.1.10</a>:
/// <c>"BOOTSTRAP" "PROGRESS=" num "TAG=" Keyword "SUMMARY=" String ["WARNING=" String "REASON=" Keyword "COUNT=" num
/// "RECOMMENDATION=" Keyword "HOST=" QuotedString "HOSTADDR=" QuotedString]</c>; the same text answers
/// <c>GETINFO status/bootstrap-phase</c>.
/// </remarks>
/// <param name="Progress">0 to 100.</param>
/// <param name="Summary">What is being done.</param>
/// <param name="Warning">What holds it up, or null.</param>
internal sealed record BootstrapPhase(int Progress, string Summary, string? Warning)
{
    /// <summary>The key of GETINFO for it.</summary>
    public const string InfoKey = "status/bootstrap-phase";

    /// <summary>Of a tor that does not say: whatever is asked of it shows how far it is.</summary>
    public static BootstrapPhase Untold { get; } = new(100, "Done", null);

    public bool IsDone => Progress == 100;

    /// <summary>Whether tor has a connection to some relay or bridge: control-spec, section 5.6, CONN_DONE.</summary>
    public bool HasReachedRelay => Progress >= 10;

    public static BootstrapPhase? From(ControlArguments arguments)
    {
        return int.TryParse(arguments["PROGRESS"], NumberStyles.None, CultureInfo.InvariantCulture, out int progress) && progress <= 100
            ? new BootstrapPhase(progress, arguments["SUMMARY"] ?? arguments["TAG"] ?? "joining the network", arguments["WARNING"])
            : null;
    }

    /// <summary>Reads the value of <c>GETINFO status/bootstrap-phase</c>.</summary>
    public static BootstrapPhase? TryParse(string? value) =>
        value is not null && ControlArguments.TryParse(value, out ControlArguments? arguments) ? From(arguments) : null;
}
