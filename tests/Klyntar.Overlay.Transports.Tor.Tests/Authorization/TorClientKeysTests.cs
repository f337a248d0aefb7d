using System.Text;
using CsCheck;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorClientKeysTests
{
    // Made by OpenSSL 3.0 for this test, and published with it: never anybody's key.
    private const string Private32 = "7DPB4KFPELPJKRLUDSJLAS2HCEF74D4ARNTGFQAASNLAOPK3BZMA";
    private const string Private64 = "+N4eKK8i3pVFdBySsEtHEQv+D4CLZmLAAJNWBz1bDlg=";
    private const string Public32 = "HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ";

    private const string Label = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad";

    private static readonly TorClientKeys Keys = new(new Dictionary<string, string>());

    [Theory]
    [InlineData("x25519:" + Private64, null)]
    [InlineData(Private32, null)]
    [InlineData(Label + ":descriptor:x25519:" + Private32, Label + ".onion")]
    [InlineData(Label + ".onion:descriptor:x25519:" + Private32 + "\r\n", Label + ".onion")]
    [InlineData("  \n" + Private32 + "\n", null)]
    public void Every_form_of_a_key_gives_the_same_key_and_the_service_it_names(string text, string? host)
    {
        foreach (string spelling in (string[])[text, text.Replace(Private32, Private32.ToLowerInvariant(), StringComparison.Ordinal)])
        {
            ClientKeyImport import = Import(spelling);
            import.IsValid.Should().BeTrue(import.Why);
            import.Host.Should().Be(host);
            import.PublicPart.Should().BeNull();
            import.Key!.Overlay.Should().Be("tor");
            import.Key.PublicPart.Should().Be("descriptor:x25519:" + Public32);
            Encoding.ASCII.GetString(import.Key.Secret).Should().Be("x25519:" + Private64);
        }
    }

    [Fact]
    public void A_services_file_is_a_public_part_and_no_key()
    {
        ClientKeyImport import = Import($"descriptor:x25519:{Public32.ToLowerInvariant()}\n");
        import.IsValid.Should().BeFalse();
        import.Key.Should().BeNull();
        import.PublicPart.Should().Be("descriptor:x25519:" + Public32);
        import.Why.Should().Contain("\"clients\"").And.Contain(".auth_private");
    }

    [Fact]
    public void The_exported_file_is_the_one_that_tor_reads_and_comes_back()
    {
        ClientKey key = Import(Private32).Key!;
        foreach (string host in (string[])[Label + ".onion", "www." + Label.ToUpperInvariant() + ".onion."])
        {
            byte[] file = Keys.Export(key, host);
            Encoding.ASCII.GetString(file).Should().Be($"{Label}:descriptor:x25519:{Private32.ToLowerInvariant()}\n");
            ClientKeyImport again = Keys.Import(file);
            again.Host.Should().Be(Label + ".onion");
            again.Key!.Secret.ToArray().Should().Equal(key.Secret.ToArray());
        }
    }

    [Fact]
    public void What_cannot_be_exported_is_told_or_a_bug()
    {
        ClientKey key = Keys.Create();
        Keys.Invoking(k => k.Export(key, "example.com")).Should().Throw<OverlayException>().WithMessage("*nothing before .onion*");
        Keys.Invoking(k => k.Export(new ClientKey("i2p", "x", key.Secret), Label + ".onion")).Should().Throw<ArgumentException>();
        Keys.Invoking(k => k.Export(new ClientKey("tor", "x", [1]), Label + ".onion")).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \r\n", "empty")]
    [InlineData("x25519:", "44 characters of base64")]
    [InlineData("x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "all zeros")]
    [InlineData("x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "base64")]
    [InlineData("descriptor:x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not a public key")]
    [InlineData("descriptor:x25519:abc", "not a public key")]
    [InlineData(Label + ":descriptor:x25519:abc", "52 characters of base32")]
    [InlineData("abc:descriptor:x25519:" + Private32, "The address before the key is not valid")]
    [InlineData("7DPB4KFPELPJKRLUDSJLAS2HCEF74D4ARNTGFQAASNLAOPK3BZM1", "base32")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQ", "PEM")]
    [InlineData("ED25519-V3:AAAA", "the key of a service")]
    [InlineData(Label + ".onion", "an address and not a key")]
    [InlineData("hello", "no client key")]
    [InlineData(Private32 + "\n" + Private32, "no client key")]
    public void What_is_no_key_is_told_apart_without_being_repeated(string text, string reason)
    {
        ClientKeyImport import = Import(text);
        import.IsValid.Should().BeFalse();
        import.PublicPart.Should().BeNull();
        import.Why.Should().Contain(reason).And.EndWith(".");
        import.Why.Should().NotContain("7DPB4KFP");
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read_on() => Keys.Import(new byte[1_000_000]).Why.Should().Contain("1000000 bytes");

    [Fact]
    public void Any_bytes_give_an_answer_and_what_is_read_comes_back()
    {
        Gen<byte[]> start = Gen.OneOf<byte[]>(
            [], "x25519:"u8.ToArray(), "descriptor:x25519:"u8.ToArray(), Encoding.ASCII.GetBytes(Label + ":descriptor:x25519:"), ":descriptor:x25519:"u8.ToArray());
        Gen<byte[]> rest = Gen.OneOf(
            Gen.Byte.Array[0, 70],
            Gen.Char["abyzABYZ2734=+/: \n"].Array[0, 60].Select(static c => Encoding.ASCII.GetBytes(c)),
            Gen.Byte.Array[32].Select(static b => Encoding.ASCII.GetBytes(Base32.Encode(b))),
            Gen.Byte.Array[32].Select(static b => Encoding.ASCII.GetBytes(Convert.ToBase64String(b))));
        Gen.Select(start, rest).Sample((head, tail) =>
        {
            ClientKeyImport import = Keys.Import([.. head, .. tail]);
            if (import.IsValid)
            {
                Keys.Import(import.Key.Secret).Key!.PublicPart.Should().Be(import.Key.PublicPart);
                Keys.Import(Keys.Export(import.Key, Label + ".onion")).Key!.Secret.ToArray().Should().Equal(import.Key.Secret.ToArray());
                import.Why.Should().BeNull();
            }
            else
            {
                import.Why.Should().EndWith(".");
            }
        });
    }

    [Fact]
    public void A_key_does_not_print_itself() => Keys.Create().ToString().Should().Be("a client key on tor");

    private static ClientKeyImport Import(string text) => Keys.Import(Encoding.UTF8.GetBytes(text));
}
