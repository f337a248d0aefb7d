using System.Text;
using CsCheck;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2PIdentityFormatTests
{
    private static readonly I2PIdentityFormat Format = I2PIdentityFormat.Instance;

    [Theory]
    [InlineData(Vectors.PrivateKey, Vectors.Host, 679)]
    [InlineData(Vectors.X25519PrivateKey, Vectors.X25519Host, 455)]
    public void A_key_of_i2pds_gives_the_address_that_it_has_there_in_both_formats(string sam, string host, int size)
    {
        byte[] file = I2PBase64.TryDecode(sam)!;
        file.Should().HaveCount(size);
        foreach (byte[] data in (byte[][])[file, Encoding.ASCII.GetBytes(sam), Encoding.ASCII.GetBytes($"\r\n {sam}\n")])
        {
            IdentityImport import = Format.Import(data);
            import.IsValid.Should().BeTrue(import.Why);
            import.Identity!.Overlay.Should().Be("i2p");
            import.Identity.Address.Should().Be(host);
            import.Identity.Secret.ToArray().Should().Equal(file);
            Format.Export(import.Identity, "i2pd").Should().Equal(file);
            Encoding.ASCII.GetString(Format.Export(import.Identity, "sam")).Should().Be(sam);
        }
    }

    [Fact]
    public void A_new_identity_is_as_i2pd_makes_them_and_no_other()
    {
        Identity identity = Format.Create();
        identity.Secret.Length.Should().Be(679);
        Format.Import(identity.Secret).Identity!.Address.Should().Be(identity.Address);
        Format.Create().Address.Should().NotBe(identity.Address);

        // One block of 32 bytes, repeated in the place of the encryption key and the padding.
        byte[] secret = identity.Secret.ToArray();
        Enumerable.Range(0, 11).Select(i => Convert.ToHexString(secret, i * 32, 32)).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Each_port_has_a_key_of_its_own_that_the_identity_alone_tells()
    {
        I2PPrivateKey key = I2PIdentityFormat.KeyOf(Format.Import(Encoding.ASCII.GetBytes(Vectors.PrivateKey)).Identity!);

        // Never to be changed: these are the addresses of services that live.
        key.Derive(9999).Destination.Host.Should().Be("f5oodbhmwfccz7hgomotyfr4mgsxcis3zgh7hnmph2ekskbylusa.b32.i2p");
        string[] hosts = [.. Enumerable.Range(1, 100).Select(port => key.Derive(port).Destination.Host), Vectors.Host];
        hosts.Should().OnlyHaveUniqueItems();
        key.Derive(9999).Bytes.ToArray().Should().Equal(key.Derive(9999).Bytes.ToArray());
        Format.Import(key.Derive(80).Bytes).IsValid.Should().BeTrue();
        I2PPrivateKey.Create().Derive(9999).Destination.Host.Should().NotBe(key.Derive(9999).Destination.Host);
    }

    [Fact]
    public void Files_that_are_near_are_named()
    {
        byte[] file = I2PBase64.TryDecode(Vectors.PrivateKey)!;
        byte[] flipped = [.. file];
        flipped[^1] ^= 1;
        byte[] offline = [.. file.AsSpan(0, 647), .. new byte[32]];
        byte[] unknownEncryption = [.. file];
        unknownEncryption[390] = 5;

        Why([]).Should().Be("The file is empty.");
        Why(file.AsSpan(0, 678)).Should().Contain("678 bytes, and a key of its types has 679");
        Why([.. file, 0]).Should().Contain("680 bytes");
        Why(flipped).Should().Contain("does not make the destination before it");
        Why(offline).Should().Contain("kept offline");
        Why(unknownEncryption).Should().Contain("encryption type is 5");
        Why(file.AsSpan(0, 391)).Should().Contain("the public part, and not the key");
        Why(Encoding.ASCII.GetBytes(Vectors.Destination)).Should().Contain("the public part, and not the key");
        Why(Encoding.ASCII.GetBytes(Vectors.Host + "\n")).Should().Be("This is an address and not a key.");
        Why("stats.i2p"u8).Should().Be("This is an address and not a key.");
        Why([.. I2PBase64.TryDecode(Vectors.P521Destination)!, .. new byte[322]]).Should().Contain("signature type is 3");
        Why(Encoding.ASCII.GetBytes(Vectors.PrivateKey[1..])).Should().Contain("not base64 as I2P writes it");
        Why("hello, world"u8).Should().Contain("does not start with a destination");
        Why(new byte[1_000_000]).Should().Contain("1000000 bytes");
    }

    [Fact]
    public void Any_bytes_give_an_answer()
    {
        byte[] file = I2PBase64.TryDecode(Vectors.PrivateKey)!;
        Gen.Select(Gen.Int[0, 679], Gen.Byte.Array[0, 100]).Sample((head, tail) =>
        {
            IdentityImport import = Format.Import([.. file.AsSpan(0, head), .. tail]);
            if (import.IsValid)
            {
                Format.Import(Format.Export(import.Identity, "sam")).Identity!.IsSameKey(import.Identity).Should().BeTrue();
            }
            else
            {
                import.Why.Should().EndWith(".");
            }
        });
    }

    [Fact]
    public void Another_overlays_identity_and_an_unknown_format_are_bugs()
    {
        Format.Invoking(f => f.Export(new Identity("tor", "a.onion", new byte[679]), "i2pd")).Should().Throw<ArgumentException>().WithMessage("*tor*");
        Format.Invoking(f => f.Export(f.Create(), "pem")).Should().Throw<ArgumentException>().WithMessage("*\"pem\"*Use i2pd or sam*");
    }

    private static string? Why(ReadOnlySpan<byte> data) => Format.Import(data).Why;
}
