namespace Klyntar.Overlay.Bench;

/// <summary>microsocks, a small server in C with a thread for each client.</summary>
internal sealed record MicrosocksKind(string Program) : ProxyKind(Microsocks)
{
    /// <summary>Its name in tables.</summary>
    public const string Microsocks = "microsocks";

    // It writes a line for each client, which debian's version cannot be told to leave: at least nobody reads it.
    public override ProxyCommand Command(ProxyPlace place) =>
        new("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>/dev/null", Program, "-i", $"{place.Listen.Address}", "-p", $"{place.Listen.Port}"]);
}
