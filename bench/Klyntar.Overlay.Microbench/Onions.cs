namespace Klyntar.Overlay.Microbench;

/// <summary>An address to work with.</summary>
internal static class Onions
{
    /// <summary>Of the specification's examples (rend-spec-v3, section 6).</summary>
    public const string Host = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
}
