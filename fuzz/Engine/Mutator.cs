namespace Klyntar.Overlay.Fuzz;

/// <summary>Makes an input out of others by a few random changes ("havoc", in AFL's word).</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="words">What the format's own tokens are.</param>
/// <param name="maxLength">The longest input, in bytes.</param>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words, int maxLength)
{
    private const int MaxBlock = 64;

    // Lengths and their neighbours, signs, ends of lines and strings.
    private static readonly byte[] Interesting = [0, 1, 2, 3, 4, 5, 9, 10, 13, 16, 31, 32, 34, 43, 45, 46, 48, 61, 64, 92, 127, 128, 250, 254, 255];

    /// <summary>Changes an input.</summary>
    /// <param name="input">Where to begin.</param>
    /// <param name="other">Another input, from which a piece may be taken.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        for (int changes = 1 << random.Next(5); changes > 0; changes--)
        {
            Change(bytes, other);
        }

        if (bytes.Count > maxLength)
        {
            bytes.RemoveRange(maxLength, bytes.Count - maxLength);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        int block = Math.Min(1 + random.Next(1 + random.Next(MaxBlock)), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] = Interesting[random.Next(Interesting.Length)];
                break;
            case 3 when at < bytes.Count:
                bytes[at] += (byte)(random.Next(33) - 16);
                break;
            case 4:
                bytes.RemoveRange(at, block);
                break;
            case 5:
                // Many times, now and then: that is how limits are reached.
                byte[] repeated = [.. bytes[at..(at + block)]];
                for (int times = random.Next(32) == 0 ? random.Next(512) : 1; times > 0 && bytes.Count < maxLength; times--)
                {
                    bytes.InsertRange(at, repeated);
                }

                break;
            case 6:
                bytes.Insert(at, Interesting[random.Next(Interesting.Length)]);
                break;
            case 7 when words.Count > 0:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 8 when words.Count > 0:
                byte[] word = words[random.Next(words.Count)];
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 9 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, 1 + random.Next(other.Length - from)).ToArray());
                break;
            default:
                bytes.Insert(at, (byte)random.Next(256));
                break;
        }
    }
}
