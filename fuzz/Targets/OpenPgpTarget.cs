using System.Buffers.Binary;
using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Key files and signatures. Two bytes tell how long the key file is; the rest is the signature, whose text is given.</summary>
internal sealed class OpenPgpTarget : IFuzzTarget
{
    private static readonly byte[] Signed = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  tor-expert-bundle-linux-x86_64-99.0.1.tar.gz\n"u8.ToArray();
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "openpgp";

    public int MaxLength => 4096;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n", "\n-----END PGP PUBLIC KEY BLOCK-----\n", "-----BEGIN PGP SIGNATURE-----\n\n", "\n-----END PGP SIGNATURE-----\n", "\n=AAAA\n",
        "\x98\x33\x04", "\xb8\x33\x04", "\x88\x75\x04\x00\x16\x08", "\xc2\xff\x00\x00\x00\x75", "\xc6\xc0\x00", "\x05\x02", "\x05\x09", "\x09\x10", "\x16\x21\x04", "\x02\x1b\x02", "\xff\xff\xff\xff\xff");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        ReadOnlySpan<byte> rest = input[2..];
        int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input), rest.Length);
        try
        {
            ReadOnlySpan<byte> file = rest[..length];
            KeyFingerprint first = KeyFingerprint.Of(OpenPgpPackets.Read(file).FirstOrDefault(static packet => packet.Tag == OpenPgpTag.PublicKey).Body.Span);
            PinnedKey key = PinnedKey.Read(file, first);
            Promise.Holds(key.Fingerprint == first);
            SignedBy signed = key.Check(rest[length..], Signed, Now);
            Promise.Holds(signed.At <= Now.AddHours(1));
            Promise.Holds(!IsGood(key, rest[length..], [.. Signed, (byte)'\n']));
        }
        catch (OpenPgpException refused)
        {
            Promise.Holds(refused.Message.Length is > 0 and < 300 && refused.Message.All(static c => c is >= ' ' and < '\x7f'));
        }
    }

    private static bool IsGood(PinnedKey key, ReadOnlySpan<byte> signature, byte[] text)
    {
        try
        {
            key.Check(signature, text, Now);
            return true;
        }
        catch (OpenPgpException)
        {
            return false;
        }
    }
}
