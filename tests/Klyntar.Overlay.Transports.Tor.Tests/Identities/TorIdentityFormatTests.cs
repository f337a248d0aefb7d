using System.Text;
using CsCheck;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorIdentityFormatTests
{
    // Made by tor 0.4.9.11 for this test, and published with it: never a service's key.
    private const string TorsFile =
        "3d3d206564323535313976312d7365637265743a207479706530203d3d000000" +
        "88cb8e3dbd28ba17b44e4a3626cb607ce6c4e140295420081" +
        "39d8b5ef1a58d76de92a73b8441d0bf88643752fd3301dfd336da60d1d67260c0d3287c5fd39cf4";

    private const string TorsHostName = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad.onion";

    private static readonly TorIdentityFormat Format = TorIdentityFormat.Instance;

    [Fact]
    public void A_key_file_of_tors_gives_the_address_that_tor_gave_it()
    {
        IdentityImport import = Format.Import(Convert.FromHexString(TorsFile));
        import.IsValid.Should().BeTrue(import.Why);
        import.Identity!.Overlay.Should().Be("tor");
        import.Identity.Address.Should().Be(TorsHostName);
        import.Identity.Secret.ToArray().Should().Equal(Convert.FromHexString(TorsFile));
    }

    [Fact]
    public void The_first_format_is_the_one_kept_and_every_format_is_read_back_as_the_same_key()
    {
        for (int i = 0; i < 20; i++)
        {
            Identity identity = Format.Create();
            Format.Export(identity, Format.Formats[0]).Should().Equal(identity.Secret.ToArray());
            foreach (string name in Format.Formats)
            {
                IdentityImport import = Format.Import(Format.Export(identity, name));
                import.IsValid.Should().BeTrue(import.Why);
                import.Identity!.IsSameKey(identity).Should().BeTrue();
                import.Identity.Address.Should().Be(identity.Address);
            }
        }
    }

    [Fact]
    public void The_control_format_is_what_ADD_ONION_takes()
    {
        Identity identity = Format.Import(Convert.FromHexString(TorsFile)).Identity!;
        string text = Encoding.ASCII.GetString(Format.Export(identity, "control"));
        text.Should().Be("ED25519-V3:" + Convert.ToBase64String(Convert.FromHexString(TorsFile)[32..]));
        Format.Import(Encoding.ASCII.GetBytes($"  {text}\r\n")).Identity!.Address.Should().Be(TorsHostName);
    }

    [Fact]
    public void Two_new_identities_differ() => Format.Create().Address.Should().NotBe(Format.Create().Address);

    [Fact]
    public void Files_that_are_near_are_named()
    {
        byte[] file = Convert.FromHexString(TorsFile);
        byte[] unclamped = [.. file];
        unclamped[32] |= 1;

        Why([]).Should().Be("The file is empty.");
        Why(file.AsSpan(0, 95)).Should().Contain("95 bytes instead of 96");
        Why([.. file, 0]).Should().Contain("97 bytes instead of 96");
        Why(unclamped).Should().Contain("not a clamped Ed25519 scalar");
        Why([.. "== ed25519v1-public: type0 ==\0\0\0"u8, .. new byte[32]]).Should().Contain("public key; the secret one is the file hs_ed25519_secret_key");
        Why("-----BEGIN RSA PRIVATE KEY-----\nMIIC"u8).Should().Contain("version 2");
        Why("RSA1024:MIIC"u8).Should().Contain("version 2");
        Why(Encoding.ASCII.GetBytes(TorsHostName + "\n")).Should().Contain("an address and not a key");
        Why("ED25519-V3:"u8).Should().Contain("64 bytes in 88 characters of base64");
        Why(Encoding.ASCII.GetBytes("ED25519-V3:" + new string('A', 88))).Should().Contain("base64");
        Why(Encoding.ASCII.GetBytes("ED25519-V3:" + Convert.ToBase64String(new byte[64]))).Should().Contain("not a clamped");
        Why("hello"u8).Should().Contain("neither tor's file hs_ed25519_secret_key (96 bytes) nor ED25519-V3:");
        Why(new byte[1_000_000]).Should().Contain("1000000 bytes");
    }

    [Fact]
    public void Any_bytes_give_an_answer()
    {
        Gen<byte[]> start = Gen.OneOf([], "== ed25519v1-secret: type0 ==\0\0\0"u8.ToArray(), "ED25519-V3:"u8.ToArray());
        Gen.Select(start, Gen.Byte.Array[0, 100]).Sample((head, tail) =>
        {
            byte[] data = [.. head, .. tail];
            IdentityImport import = Format.Import(data);
            if (import.IsValid)
            {
                Format.Import(Format.Export(import.Identity, "tor")).Identity!.IsSameKey(import.Identity).Should().BeTrue();
            }
            else
            {
                import.Why.Should().EndWith(".");
            }
        });
    }

    [Fact]
    public void Any_clamped_key_of_64_bytes_is_read_in_both_formats() => Gen.Byte.Array[64].Sample(expanded =>
    {
        expanded[0] &= 0b1111_1000;
        expanded[31] = (byte)((expanded[31] & 0b0011_1111) | 0b0100_0000);
        Identity file = Format.Import([.. "== ed25519v1-secret: type0 ==\0\0\0"u8, .. expanded]).Identity!;
        Identity text = Format.Import(Encoding.ASCII.GetBytes("ED25519-V3:" + Convert.ToBase64String(expanded))).Identity!;
        file.IsSameKey(text).Should().BeTrue();
        OnionAddress.TryParse(file.Address, out _, out string? why).Should().BeTrue(why);
    }, iter: 200);

    [Fact]
    public void Another_overlays_identity_and_an_unknown_format_are_bugs()
    {
        Format.Invoking(f => f.Export(new Identity("i2p", "a.b32.i2p", new byte[96]), "tor")).Should().Throw<ArgumentException>().WithMessage("*i2p*");
        Format.Invoking(f => f.Export(f.Create(), "pem")).Should().Throw<ArgumentException>().WithMessage("*\"pem\"*Use tor or control*");
    }

    private static string? Why(ReadOnlySpan<byte> data) => Format.Import(data).Why;
}
