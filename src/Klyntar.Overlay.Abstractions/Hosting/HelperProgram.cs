using System.Collections.Immutable;

namespace Klyntar.Overlay;

/// <summary>A program that a transport may start, or one that runs already.</summary>
/// <param name="Path">The absolute path of the executable; of one that runs already, where it is reached.</param>
/// <param name="Origin">Where it comes from, for status: "configured", "on PATH", "Debian package tor 0.4.9", "external tor 0.4.9".</param>
public sealed record HelperProgram(string Path, string Origin)
{
    /// <summary>Variables that the program needs, such as where its libraries are.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;
}
