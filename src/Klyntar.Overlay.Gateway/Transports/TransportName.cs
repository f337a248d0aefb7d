using System.Collections.Frozen;

namespace Klyntar.Overlay.Gateway;

/// <summary>The rule for transports' names, as <see cref="ITransport.Name"/> has it.</summary>
internal static class TransportName
{
    private const int MaxLength = 32;

    // Names in the data folder, where each transport has a folder of its own name.
    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(["keys", "lock", "pid"]);

    /// <summary>What is wrong with a name, as the end of a sentence; null where nothing is.</summary>
    public static string? Fault(string? name) =>
        string.IsNullOrEmpty(name) || name.Length > MaxLength || !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            ? $"a name is lower case letters and digits, at most {MaxLength}"
            : Reserved.Contains(name) ? "the data folder uses that name for something else" : null;
}
