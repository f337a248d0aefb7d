namespace Klyntar.Overlay.Testing;

/// <summary>A way to mistype an address by one character.</summary>
/// <param name="What">The slip, as it follows "with".</param>
/// <param name="At">What may be written instead of a name, before its last dot, when the slip happens at a place in it.</param>
internal sealed record Slip(string What, Func<string, int, IEnumerable<string>> At)
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz0123456789-";
    private const string Both = Lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>Every way.</summary>
    /// <param name="ignoreCase">Whether an address means the same in either case, so that another case is no slip.</param>
    public static Slip[] All(bool ignoreCase)
    {
        string letters = ignoreCase ? Lower : Both;
        return
        [
            new("a wrong character", (name, i) => i == name.Length ? [] : letters.Where(c => c != name[i]).Select(c => $"{name[..i]}{c}{name[(i + 1)..]}")),
            new("a missing character", (name, i) => i == name.Length ? [] : [name.Remove(i, 1)]),
            new("an added character", (name, i) => letters.Select(c => $"{name[..i]}{c}{name[i..]}")),
            new("two characters swapped", (name, i) => i + 1 >= name.Length || name[i] == name[i + 1] ? [] : [$"{name[..i]}{name[i + 1]}{name[i]}{name[(i + 2)..]}"]),
        ];
    }

    /// <summary>An address mistyped at each place but in its last label, which is the overlay's.</summary>
    public IEnumerable<string> Of(string address)
    {
        int end = address.LastIndexOf('.') is var dot && dot > 0 ? dot : address.Length;
        string name = address[..end];
        return Enumerable.Range(0, end + 1).SelectMany(i => At(name, i)).Select(mistyped => mistyped + address[end..]);
    }
}
