namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What a client does with a control port. It plays the same before a real tor and before a replay, and lets an <see cref="OverlayException"/> out where tor breaks off.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="About">One sentence for whoever reads the file.</param>
/// <param name="Torrc">Tor's configuration beside what all have.</param>
/// <param name="PlayAsync">What the client does.</param>
internal sealed record ControlScenario(string Name, string About, IReadOnlyList<string> Torrc, Func<ControlStage, Task> PlayAsync);
