using System.ComponentModel;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The configuration section <c>transports.pt.programs.*</c>: a program that speaks the pluggable-transport protocol.</summary>
public sealed record PluggableProgramOptions
{
    /// <summary>The program's absolute path; null looks for the method's usual one.</summary>
    [Description("The absolute path of the program. Without it, the method's usual program is looked for: obfs4 has lyrebird or obfs4proxy, snowflake has snowflake-client.")]
    public string? Path { get; init; }

    /// <summary>Its arguments, one by one.</summary>
    [Description("The program's arguments, one by one. No secret belongs here: other users of this machine can read them.")]
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
