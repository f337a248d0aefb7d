using CsCheck;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class OnionProofTests
{
    // Of the Tor Project's site, whose name is known to everybody.
    private const string Known = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid";

    [Fact]
    public void A_real_onions_name_is_made_of_its_key_and_read_with_and_without_its_suffix()
    {
        byte[] bytes = new byte[35];
        Base32.TryDecode(Known, bytes).Should().BeTrue();
        OnionName.Of(bytes.AsSpan(0, 32)).Should().Be(Known);
        OnionName.TryRead(Known + ".onion", out string? name).Should().BeTrue();
        name.Should().Be(Known);
        OnionName.TryRead(Known, out _).Should().BeTrue();
    }

    [Fact]
    public void Any_other_text_is_no_onions_name()
    {
        OnionName.TryRead(Known.ToUpperInvariant(), out _).Should().BeFalse();
        OnionName.TryRead(Known + ".onion.onion", out _).Should().BeFalse();

        // The checksum has 16 bits, which one of the 1 736 other texts happens to fit.
        var texts = Enumerable.Range(0, Known.Length).SelectMany(static place => "abcdefghijklmnopqrstuvwxyz234567".Select(letter => Known[..place] + letter + Known[(place + 1)..]));
        texts.Where(static text => OnionName.TryRead(text, out _)).Distinct().Should().BeEquivalentTo(Known, "23" + Known[2..]);
        Gen.String.Sample(text => !OnionName.TryRead(text, out _));
    }

    [Fact]
    public void A_proof_proves_its_keys_onion_for_its_text_alone() => Gen.Select(Gen.Byte.Array[32], Gen.String[0, 200]).Sample((seed, text) =>
    {
        var key = Ed25519ExpandedKey.FromSeed(seed);
        OnionSignature proof = OnionProof.Sign(key, text)!;
        OnionProof.Verify(proof, text).Should().Be(OnionName.Of(key.PublicKey));
        OnionProof.Verify(proof, text + "x").Should().BeNull();
    }, iter: 50);

    [Fact]
    public void Any_bytes_prove_nothing_and_long_texts_are_not_signed()
    {
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 70]).Sample((key, signature) => OnionProof.Verify(new OnionSignature(key, signature), "1") is null);
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[64]).Sample((key, signature) => OnionProof.Verify(new OnionSignature(key, signature), "1") is null, iter: 200);
        OnionProof.Sign(Ed25519ExpandedKey.Create(), new string('1', OnionProof.MostLength + 1)).Should().BeNull();
    }
}
