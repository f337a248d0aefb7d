using System.Text;
using CsCheck;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetIdentityFormatTests
{
    private static readonly ZeroNetIdentityFormat Format = ZeroNetIdentityFormat.Instance;

    [Theory]
    [InlineData(KeyVectors.Wif, KeyVectors.Wif, KeyVectors.Wif, KeyVectors.Address)]
    [InlineData(KeyVectors.CompressedWif, KeyVectors.CompressedWif, KeyVectors.CompressedWif, KeyVectors.CompressedAddress)]
    [InlineData(KeyVectors.Seed, KeyVectors.Seed + ":0", KeyVectors.Index0Wif, KeyVectors.Index0Address)]
    [InlineData(KeyVectors.Seed + ":90", KeyVectors.Seed + ":90", KeyVectors.Wif, KeyVectors.Address)]
    [InlineData(KeyVectors.Seed + ":3299999900000090", KeyVectors.Seed + ":90", KeyVectors.Wif, KeyVectors.Address)]
    public void A_key_of_ZeroNets_gives_the_address_that_it_has_there_and_is_kept_as_it_was_imported(string text, string kept, string wif, string address)
    {
        foreach (string data in (string[])[text, text + "\n", $"\r\n\t {text} \r\n"])
        {
            IdentityImport import = Format.Import(Encoding.ASCII.GetBytes(data));
            import.IsValid.Should().BeTrue(import.Why);
            import.Identity!.Overlay.Should().Be("zeronet");
            import.Identity.Address.Should().Be(address + ".zeronet");
            Encoding.ASCII.GetString(import.Identity.Secret).Should().Be(kept);
            Encoding.ASCII.GetString(Format.Export(import.Identity, Format.FormatsOf(import.Identity)[0])).Should().Be(kept);
            Encoding.ASCII.GetString(Format.Export(import.Identity, "wif")).Should().Be(wif);
            ZeroNetIdentityFormat.KeyOf(import.Identity).Address.Text.Should().Be(address);
        }
    }

    [Fact]
    public void Every_format_that_is_exported_reads_back_as_the_same_key_and_the_first_is_how_it_is_kept()
    {
        Identity identity = Format.Create();
        Format.Formats.Should().Equal("wif", "seed");
        Format.FormatsOf(identity).Should().Equal("wif");
        foreach (string format in Format.FormatsOf(identity))
        {
            IdentityImport import = Format.Import(Format.Export(identity, format));
            import.Identity!.IsSameKey(identity).Should().BeTrue();
            import.Identity.Address.Should().Be(identity.Address);
        }

        Format.Export(identity, Format.Formats[0]).Should().Equal(identity.Secret.ToArray());
        Format.Create().Address.Should().NotBe(identity.Address);
    }

    [Fact]
    public void A_key_that_was_made_of_a_seed_is_written_as_the_seed_and_as_the_key_alone_and_one_that_was_not_never_as_a_seed()
    {
        Identity seeded = Format.Import(Encoding.ASCII.GetBytes(KeyVectors.Seed + ":90")).Identity!;
        Format.FormatsOf(seeded).Should().Equal("seed", "wif");
        Format.Import(Format.Export(seeded, "seed")).Identity!.IsSameKey(seeded).Should().BeTrue();

        Identity alone = Format.Import(Format.Export(seeded, "wif")).Identity!;
        alone.Address.Should().Be(seeded.Address);
        Format.FormatsOf(alone).Should().Equal("wif");
        Format.Invoking(f => f.Export(alone, "seed")).Should().Throw<ArgumentException>().WithMessage("*not made of a seed*Use wif*");
    }

    [Fact]
    public void The_two_addresses_of_one_secret_are_two_identities()
    {
        Identity one = Format.Import(Encoding.ASCII.GetBytes(KeyVectors.Wif)).Identity!;
        Identity other = Format.Import(Encoding.ASCII.GetBytes(KeyVectors.CompressedWif)).Identity!;
        one.IsSameKey(other).Should().BeFalse();
    }

    [Fact]
    public void Files_that_are_near_are_named()
    {
        Why("").Should().Be("The file is empty.");
        Why(" \r\n").Should().Be("The file is empty.");
        Why(KeyVectors.Address + "\n").Should().StartWith("This is an address and not a key. A key on ZeroNet is the private key of a site");
        Why(KeyVectors.Wif[..50]).Should().Contain("no key on ZeroNet: its checksum does not match; a character is mistyped or missing. A key on ZeroNet is");
        Why(KeyVectors.Seed[1..]).Should().Contain("64 hexadecimal digits, and this has 63 characters");
        Why(KeyVectors.Seed.ToUpperInvariant()).Should().Contain("capital letters");
        Why("""{"1Address": {"master_seed": "e180"}}""").Should().Contain("users.json").And.Contain("\"privatekey\" alone");
        Why(new string('5', 1025)).Should().Contain("1025 bytes, and no key on ZeroNet is longer than 1024");
        Why(new string('\0', 1 << 20)).Should().Contain("1048576 bytes");
        Why("-----BEGIN PRIVATE KEY-----\n").Should().Contain("no key on ZeroNet");
    }

    [Fact]
    public void Any_bytes_give_an_answer_that_never_repeats_them()
    {
        byte[] wif = Encoding.ASCII.GetBytes(KeyVectors.Wif);
        byte[] seed = Encoding.ASCII.GetBytes(KeyVectors.Seed + ":7");
        Gen.Select(Gen.Bool, Gen.Int[0, 66], Gen.Byte.Array[0, 100]).Sample((isSeed, head, tail) =>
        {
            byte[] whole = isSeed ? seed : wif;
            IdentityImport import = Format.Import([.. whole.AsSpan(0, Math.Min(head, whole.Length)), .. tail]);
            if (import.IsValid)
            {
                Format.Import(Format.Export(import.Identity, Format.FormatsOf(import.Identity)[0])).Identity!.IsSameKey(import.Identity).Should().BeTrue();
                Format.Import(Format.Export(import.Identity, "wif")).Identity!.Address.Should().Be(import.Identity.Address);
            }
            else
            {
                import.Why.Should().EndWith(".").And.NotContainAny(KeyVectors.Wif[..8], KeyVectors.Seed[..8]);
            }
        });
    }

    [Fact]
    public void Another_overlays_identity_and_an_unknown_format_are_bugs()
    {
        Identity identity = Format.Create();
        Format.Invoking(f => f.Export(new Identity("tor", "a.onion", identity.Secret), "wif")).Should().Throw<ArgumentException>().WithMessage("*tor*");
        Format.Invoking(f => f.Export(new Identity("zeronet", KeyVectors.Address, new byte[32]), "wif")).Should().Throw<ArgumentException>();
        Format.Invoking(f => f.Export(identity, "hd")).Should().Throw<ArgumentException>().WithMessage("*\"hd\"*Use wif*");
    }

    private static string? Why(string text) => Format.Import(Encoding.UTF8.GetBytes(text)).Why;
}
