using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The programs that are usual for methods, those that are only looked for first.</summary>
internal static class UsualPrograms
{
    /// <summary>The names of a method's programs; none where it has no usual one.</summary>
    public static ImmutableArray<string> Of(string method) => method switch
    {
        PtMethodName.Obfs4 => ["lyrebird", "obfs4proxy"],
        "snowflake" => ["snowflake-client"],
        _ => [],
    };
}
