using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetSignatureTests
{
    private static readonly ZeroNetPrivateKey Key = Read(KeyVectors.Wif);
    private static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello");
    private static readonly byte[] ManyHellos = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("Hello", 1024)));

    [Fact]
    public void Signatures_are_those_that_real_nodes_make()
    {
        Key.Sign(Hello).Should().Be(KeyVectors.HelloSignature);
        Key.Sign(ManyHellos).Should().Be(KeyVectors.LowSignature);
        Key.Sign(Encoding.UTF8.GetBytes(KeyVectors.CanonicalText)).Should().Be(KeyVectors.CanonicalSignature);
        Read(KeyVectors.CompressedWif).Sign(Hello).Should().Be(KeyVectors.CompressedHelloSignature);

        Signer(Hello, KeyVectors.HelloSignature).Should().Be(KeyVectors.Address);
        Signer(Hello, KeyVectors.CompressedHelloSignature).Should().Be(KeyVectors.CompressedAddress);
        Signer(ManyHellos, KeyVectors.LowSignature).Should().Be(KeyVectors.Address);
        Signer(Encoding.UTF8.GetBytes(KeyVectors.CanonicalText), KeyVectors.CanonicalSignature).Should().Be(KeyVectors.Address);
    }

    [Fact]
    public void Signatures_of_earlier_years_with_the_higher_s_are_their_signers_too() =>
        Signer(ManyHellos, KeyVectors.HighSignature).Should().Be(KeyVectors.Address);

    // Made by a second implementation, at the lengths where the length is written in another way.
    [Theory]
    [InlineData(0, "HGUuicRvquOzHIbL+9HSL5hUOq3k7SUmb2SLnWZ/B0+VHNM3KQ9RyKIjONfJnNkdDPH30izTzTejB/Xx+mC2Crg=")]
    [InlineData(252, "HMubl3LmY5j5lKqSgUyumvrMHnSe1EbL0lPIdJt2qCnZb5WzwsFvIsBwsiXvq3uajRtobh5yTFPBLS7hVFNahcY=")]
    [InlineData(253, "G4Hy1LrteFIVVljms81Tj0TxWngw7MrlaHBLvazyxlt2AiBkHPwuABsZF5IiCocsczMtM8rrqHZF8r0x0t+PwZY=")]
    [InlineData(65535, "G1qpcgbWZnK+2oJqUIff3wDWV1tEFIl2RFl9TlR2Yy0jFCdnD5iTwTt5IgJzJXY0qNopHxx3A5A31q57tLFUc9Q=")]
    [InlineData(65536, "G8rau+upGBaY8ZNjuNIkcv2I230Y1MqnrPMstjx6BvFVa8C23PZPzCq76Fr/wS/bxPyabGvGaR5vfz+G8+GuAsA=")]
    public void Texts_of_any_length_are_signed_as_elsewhere(int length, string signature)
    {
        byte[] text = [.. Enumerable.Repeat((byte)'a', length)];
        Key.Sign(text).Should().Be(signature);
        Signer(text, signature).Should().Be(KeyVectors.Address);
    }

    [Fact]
    public void Of_all_headers_one_leads_to_each_of_the_signers_addresses_and_those_out_of_range_to_none()
    {
        byte[] signature = Convert.FromBase64String(KeyVectors.HelloSignature);
        Dictionary<int, string?> signers = [];
        for (int header = 0; header <= byte.MaxValue; header++)
        {
            signature[0] = (byte)header;
            signers[header] = Signer(Hello, Convert.ToBase64String(signature));
        }

        signers.Where(signer => signer.Value == KeyVectors.Address).Should().ContainSingle().Which.Key.Should().Be(28);
        signers.Where(signer => signer.Value == KeyVectors.CompressedAddress).Should().ContainSingle().Which.Key.Should().Be(32);
        signers.Where(signer => signer.Value is not null).Should().OnlyContain(signer => signer.Key >= 27 && signer.Key <= 34);
    }

    [Theory]
    [InlineData(KeyVectors.Zero, KeyVectors.One)]
    [InlineData(KeyVectors.Order, KeyVectors.One)]
    [InlineData(KeyVectors.BasePoint, KeyVectors.Zero)]
    [InlineData(KeyVectors.BasePoint, KeyVectors.Order)]
    public void Numbers_out_of_range_are_nobodys_signature(string r, string s)
    {
        for (int header = 27; header <= 34; header++)
        {
            Signer(Hello, Convert.ToBase64String([(byte)header, .. Convert.FromHexString(r + s)])).Should().BeNull();
        }
    }

    [Fact]
    public void Base64_that_is_not_the_only_text_of_65_bytes_is_nobodys_signature()
    {
        string signature = KeyVectors.HelloSignature;
        string leftOver = signature[..86] + "R=";
        Convert.FromBase64String(leftOver).Should().Equal(Convert.FromBase64String(signature));
        string[] others =
        [
            "",
            leftOver,
            signature[..^1],
            signature + "=",
            signature + "\n",
            " " + signature,
            signature[..40] + "\n" + signature[40..],
            signature[..84],
            signature[..84] + "====",
            signature[..84] + "\r\n\t ",
            KeyVectors.LowSignature.Replace('+', '-').Replace('/', '_'),
            "é" + signature[1..],
            new string('=', 88),
            new string(' ', 88),
            new string('A', 88),
            Convert.ToBase64String(new byte[64]),
            Convert.ToBase64String(new byte[66]),
            new string('A', 1 << 20),
        ];
        foreach (string other in others)
        {
            Signer(Hello, other).Should().BeNull(other.Length < 100 ? other : "it is long");
        }
    }

    [Fact]
    public void A_signature_of_another_text_is_somebody_elses_or_nobodys() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300], Gen.Bool).Sample(
            (text, other, compressed) =>
            {
                ZeroNetPrivateKey key = compressed ? Read(KeyVectors.CompressedWif) : Key;
                string signature = key.Sign(text);
                signature.Should().HaveLength(ZeroNetSignature.TextLength).And.Be(key.Sign(text));
                ZeroNetSignature.Recover(text, signature).Should().Be(key.Address);
                if (!text.AsSpan().SequenceEqual(other))
                {
                    ZeroNetSignature.Recover(other, signature).Should().NotBe(key.Address);
                }
            },
            iter: 50);

    [Fact]
    public void Any_bytes_and_any_text_give_an_answer()
    {
        Gen.Byte.Array[65].Sample(bytes => ZeroNetSignature.Recover(Hello, Convert.ToBase64String(bytes)), iter: 2000);
        Gen.Select(Gen.Int[27, 34], Gen.Byte.Array[64]).Sample((header, bytes) => ZeroNetSignature.Recover(Hello, Convert.ToBase64String([(byte)header, .. bytes])), iter: 100);
        Gen.String[0, 200].Sample(text => ZeroNetSignature.Recover(Hello, text).Should().BeNull());
        Gen.String[Gen.Char["AZaz09+/= \n"], 88, 88].Sample(text => ZeroNetSignature.Recover(Hello, text));
    }

    private static string? Signer(byte[] text, string signature) => ZeroNetSignature.Recover(text, signature)?.Text;

    private static ZeroNetPrivateKey Read(string wif)
    {
        ZeroNetPrivateKey.TryReadWif(Encoding.ASCII.GetBytes(wif), out ZeroNetPrivateKey? key, out string? why).Should().BeTrue(why);
        return key!;
    }
}
