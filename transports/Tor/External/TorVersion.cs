namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Compares versions of tor: <c>0.4.9.11-rc (git-…)</c>.</summary>
internal static class TorVersion
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>The first that has all of ADD_ONION, HSFETCH and HS_DESC that we use, for version 3 onion services.</summary>
    public static Version Oldest { get; } = new(0, 4, 1, 5);

    /// <summary>Whether a version is too old; not where it is unknown.</summary>
    public static bool IsTooOld(string? version)
    {
        int end = version?.AsSpan().IndexOfAnyExcept(Digits) ?? -1;
        return Version.TryParse(end < 0 ? version : version![..end], out Version? parsed) && parsed < Oldest;
    }
}
