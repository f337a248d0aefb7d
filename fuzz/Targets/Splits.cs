namespace Klyntar.Overlay.Fuzz;

/// <summary>Ways to cut an input into parts, as the lengths of the parts.</summary>
internal static class Splits
{
    /// <summary>In one part.</summary>
    public static IEnumerable<int> Whole(byte[] input) => [input.Length];

    /// <summary>Byte by byte.</summary>
    public static IEnumerable<int> Single(byte[] input) => Enumerable.Repeat(1, input.Length);

    /// <summary>In parts that look random and are always the same for the same input, with empty ones among them.</summary>
    public static IEnumerable<int> Odd(byte[] input)
    {
        uint state = 2_166_136_261;
        foreach (byte b in input)
        {
            state = (state ^ b) * 16_777_619;
        }

        for (int left = input.Length; left > 0;)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            int part = Math.Min(left, (int)(state >> 16) % ((state >> 12) % 4 == 0 ? 300 : 8));
            yield return part;
            left -= part;
        }
    }
}
