namespace Klyntar.Overlay.Bench;

/// <summary>What is executed.</summary>
/// <param name="Program">The program's path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Libraries">Where it finds libraries that are not installed, as the dynamic linker takes it (ld.so(8)), or null.</param>
internal sealed record ProxyCommand(string Program, IReadOnlyList<string> Arguments, string? Libraries = null);
