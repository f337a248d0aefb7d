using System.Text;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A key and signatures that GnuPG 2.2.40 made: an Ed25519 primary key that certifies, an RSA and an Ed25519 subkey that sign.</summary>
public sealed class GnuPgTests
{
    private const string Primary = "546761E76F49D24178A1112F814D6592A2FC0A2B";
    private const string Ed25519 = "6AA52A34CF03AA19D54CB9EDC3D364795B35935A";

    private static readonly DateTimeOffset Made = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2028, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("key.asc", "by-rsa.asc", "43A9DDFF34B68146")]
    [InlineData("key.gpg", "by-rsa.asc", "43A9DDFF34B68146")]
    [InlineData("key.asc", "by-ed25519.asc", "C3D364795B35935A")]
    [InlineData("key-ed25519-revoked.asc", "by-rsa.asc", "43A9DDFF34B68146")]
    public void Its_signatures_are_good(string key, string signature, string keyId)
    {
        SignedBy signed = Check(key, signature);

        signed.Key.KeyId.Should().Be(keyId);
        signed.At.Should().Be(Made);
    }

    [Theory]
    [InlineData("key-ed25519-revoked.asc", "by-ed25519.asc", $"is by the subkey {Ed25519}, which is revoked")]
    [InlineData("key.asc", "by-rsa-sha1.asc", "uses the hash SHA-1, which is not safe")]
    public void Its_revocation_and_its_weak_hash_are_seen(string key, string signature, string why)
    {
        Action check = () => Check(key, signature);

        check.Should().Throw<OpenPgpException>().WithMessage(why);
    }

    [Theory]
    [InlineData("546761E76F49D24178A1112F814D6592A2FC0A2B")]
    [InlineData("5467 61E7 6F49 D241 78A1  112F 814D 6592 A2FC 0A2B")]
    [InlineData("546761e76f49d24178a1112f814d6592a2fc0a2b")]
    public void Its_ways_to_write_a_fingerprint_are_read(string text)
    {
        KeyFingerprint.TryParse(text, out KeyFingerprint fingerprint).Should().BeTrue();
        fingerprint.ToString().Should().Be(Primary);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A2FC0A2B")]
    [InlineData("0x546761E76F49D24178A1112F814D6592A2FC0A")]
    [InlineData("546761E76F49D24178A1112F814D6592A2FC0A2B00")]
    public void What_is_no_whole_fingerprint_is_none(string text) => KeyFingerprint.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void A_list_that_was_changed_is_refused()
    {
        byte[] list = Encoding.ASCII.GetBytes(File.ReadAllText(Vector("sums.txt")).Replace("99.0.1", "99.0.2", StringComparison.Ordinal));
        Action check = () => Key("key.asc").Check(File.ReadAllBytes(Vector("by-rsa.asc")), list, Now);

        check.Should().Throw<OpenPgpException>().WithMessage("does not match the file: one of them was changed");
    }

    private static SignedBy Check(string key, string signature) => Key(key).Check(File.ReadAllBytes(Vector(signature)), File.ReadAllBytes(Vector("sums.txt")), Now);

    private static PinnedKey Key(string name)
    {
        KeyFingerprint.TryParse(Primary, out KeyFingerprint pinned).Should().BeTrue();
        return PinnedKey.Read(File.ReadAllBytes(Vector(name)), pinned);
    }

    private static string Vector(string name) => Path.Join(AppContext.BaseDirectory, "Vectors", name);
}
