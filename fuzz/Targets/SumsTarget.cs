using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Lists of SHA-256 sums.</summary>
internal sealed class SumsTarget : IFuzzTarget
{
    private const string File = "file.tar.gz";

    public string Name => "sums";

    public int MaxLength => 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words("8e012ec6815d7899cb64011582e2dade88e74119c6661068a2a3252de0ccd7f2", "  ", " *", File, "\n", "\r\n", "\\", "../", "F", "g");

    public void Run(ReadOnlySpan<byte> input)
    {
        string? found = Sha256Sums.Find(input, File);
        Promise.Holds(found is null || (found.Length == 64 && found.All(char.IsAsciiHexDigitLower)));

        // Another file's line changes nothing, and one that contradicts takes the answer away.
        Promise.Holds(Sha256Sums.Find([.. input, .. "\n0000000000000000000000000000000000000000000000000000000000000000  other\n"u8], File) == found);
        Promise.Holds(found is null || Sha256Sums.Find([.. input, .. "\n000000000000000000000000000000000000000000000000000000000000000f  file.tar.gz\n"u8], File) is null or "000000000000000000000000000000000000000000000000000000000000000f");
    }
}
