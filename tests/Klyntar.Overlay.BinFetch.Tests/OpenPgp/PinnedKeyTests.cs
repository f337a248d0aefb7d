using CsCheck;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class PinnedKeyTests
{
    private static readonly byte[] Data = "the signed list\n"u8.ToArray();
    private static readonly DateTime Before = TestCertificate.Signing.AddDays(-1);
    private static readonly DateTime After = TestCertificate.Signing.AddDays(1);
    private static readonly DateTime Now = TestCertificate.Signing.AddYears(1);

    [Fact]
    public void A_signature_by_a_subkey_is_good_and_tells_which_key_and_when()
    {
        TestCertificate key = new();

        SignedBy signed = Read(key).Check(key.Sign(Data), Data, Now);

        signed.Key.ToString().Should().Be(key.Subkey.Fingerprint);
        signed.At.Should().Be(TestCertificate.Signing);
    }

    [Fact]
    public void A_signature_by_a_primary_key_that_signs_is_good()
    {
        TestCertificate key = new() { PrimaryFlags = TestKey.Certifies | TestKey.Signs };

        Read(key).Check(key.Primary.Sign(Data, TestCertificate.Signing), Data, Now).Key.ToString().Should().Be(key.Fingerprint);
    }

    [Fact]
    public void A_primary_key_that_only_certifies_does_not_sign()
    {
        TestCertificate key = new();

        WhyNot(key, key.Primary.Sign(Data, TestCertificate.Signing)).Should().Be($"is by the key {key.Fingerprint}, which is not one that signs");
    }

    [Fact]
    public void Text_armor_and_bare_packets_are_alike()
    {
        TestCertificate key = new();
        byte[] armored = TestCertificate.Armor(key.Export(), "PUBLIC KEY BLOCK");

        Read(armored, key).Check(TestCertificate.Armor(key.Sign(Data), "SIGNATURE"), Data, Now).Key.ToString().Should().Be(key.Subkey.Fingerprint);
    }

    [Fact]
    public void The_key_is_found_among_others()
    {
        TestCertificate key = new();
        byte[] file = [.. new TestCertificate().Export(), .. key.Export(), .. new TestCertificate().Export()];

        Read(file, key).Check(key.Sign(Data), Data, Now).Key.ToString().Should().Be(key.Subkey.Fingerprint);
    }

    [Fact]
    public void A_subkey_of_another_key_in_the_file_does_not_count()
    {
        TestCertificate key = new();
        TestCertificate stranger = new();
        byte[] file = [.. key.Export(), .. stranger.Export()];

        WhyNot(Read(file, key), stranger.Sign(Data)).Should().StartWith($"is by the key {stranger.Subkey.Fingerprint[^16..]}, which is none of the pinned key's");
    }

    [Fact]
    public void A_file_with_another_key_is_refused()
    {
        TestCertificate key = new();
        TestCertificate other = new();

        FaultOf(other.Export(), key.Fingerprint).Should().Be($"holds the key {other.Fingerprint}, and not the pinned {key.Fingerprint}");
        FaultOf([.. other.Export(), .. new TestCertificate().Export()], key.Fingerprint).Should().Be($"holds 2 keys, and not the pinned {key.Fingerprint}");
    }

    [Theory]
    [InlineData("", "is not an OpenPGP file")]
    [InlineData("<html>404</html>", "is not an OpenPGP file")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME", "is cut off")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n?\n-----END PGP PUBLIC KEY BLOCK-----\n", "is damaged: its text is not base64")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n", "is not made of OpenPGP packets")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n", "holds no public key")]
    public void A_file_without_a_key_is_told_from_others(string text, string why) =>
        FaultOf(System.Text.Encoding.ASCII.GetBytes(text), new TestCertificate().Fingerprint).Should().Be(why);

    [Fact]
    public void A_secret_key_is_refused()
    {
        byte[] secret = new OpenPgpPacket(OpenPgpTag.SecretKey, new byte[] { 4 }).Framed();

        FaultOf(secret, new TestCertificate().Fingerprint).Should().Be("holds a secret key, where a public one is wanted");
    }

    [Fact]
    public void A_key_file_that_is_cut_off_or_too_long_is_refused()
    {
        TestCertificate key = new();

        FaultOf(key.Export()[..^1], key.Fingerprint).Should().Be("is cut off");
        FaultOf(new byte[PinnedKey.FileLimit + 1], key.Fingerprint).Should().Contain("more than");
    }

    [Fact]
    public void Changed_data_and_a_changed_signature_are_refused()
    {
        TestCertificate key = new();
        byte[] signature = key.Sign(Data);
        const string mismatch = "does not match the file: one of them was changed";

        WhyNot(Read(key), signature, [.. Data, (byte)'\n']).Should().Be(mismatch);
        signature[^1] ^= 1;
        WhyNot(key, signature).Should().Be(mismatch);
    }

    [Theory]
    [InlineData(HashAlgorithmTag.MD5, "MD5")]
    [InlineData(HashAlgorithmTag.Sha1, "SHA-1")]
    [InlineData(HashAlgorithmTag.RipeMD160, "RIPEMD-160")]
    public void A_signature_over_a_weak_hash_is_refused(HashAlgorithmTag hash, string name)
    {
        TestCertificate key = new();

        WhyNot(key, key.Subkey.Sign(Data, TestCertificate.Signing, hash)).Should().Be($"uses the hash {name}, which is not safe");
    }

    [Fact]
    public void A_key_that_holds_itself_together_by_weak_hashes_is_refused()
    {
        TestCertificate self = new() { SelfHash = HashAlgorithmTag.Sha1 };
        TestCertificate binding = new() { BindingHash = HashAlgorithmTag.Sha1 };
        TestCertificate cross = new() { CrossHash = HashAlgorithmTag.Sha1 };

        WhyNot(self, self.Sign(Data)).Should().Contain("no valid signature by itself");
        WhyNot(binding, binding.Sign(Data)).Should().Contain("not bound");
        WhyNot(cross, cross.Sign(Data)).Should().Contain("not bound");
    }

    [Fact]
    public void A_key_that_had_expired_when_it_signed_is_refused()
    {
        TestCertificate primary = new() { PrimaryExpires = Before };
        TestCertificate subkey = new() { SubkeyExpires = Before };

        WhyNot(primary, primary.Sign(Data)).Should().Be($"was made on 2025-06-01 by the key {primary.Fingerprint}, which had expired on 2025-05-31; if it has been renewed, get the key file anew");
        WhyNot(subkey, subkey.Sign(Data)).Should().Be($"was made on 2025-06-01 by the key {subkey.Subkey.Fingerprint}, which had expired on 2025-05-31; if it has been renewed, get the key file anew");
    }

    [Fact]
    public void What_was_signed_before_a_key_expired_stays_good()
    {
        TestCertificate key = new() { PrimaryExpires = After, SubkeyExpires = After };

        Read(key).Check(key.Sign(Data), Data, Now).At.Should().Be(TestCertificate.Signing);
    }

    [Fact]
    public void A_key_that_was_renewed_goes_by_the_newest_statement()
    {
        TestCertificate key = new() { PrimaryExpires = Before, SubkeyExpires = Before };
        key.OnUser.Add(key.SelfSignature(Before, After));
        key.OnSubkey.Add(key.Binding(Before, After));
        TestCertificate shortened = new();
        shortened.OnUser.Add(shortened.SelfSignature(Before, Before));

        Read(key).Check(key.Sign(Data), Data, Now).At.Should().Be(TestCertificate.Signing);
        WhyNot(shortened, shortened.Sign(Data)).Should().Contain("had expired");
    }

    [Fact]
    public void A_revoked_key_has_never_been_good()
    {
        TestCertificate primary = new();
        primary.OnPrimary.Add(primary.Primary.Certify(primary.Primary, After, PgpSignature.KeyRevocation));
        TestCertificate subkey = new();
        subkey.OnSubkey.Add(subkey.Primary.Certify(subkey.Primary, subkey.Subkey, After, PgpSignature.SubkeyRevocation, HashAlgorithmTag.Sha1));

        WhyNot(primary, primary.Sign(Data)).Should().Be($"is by the key {primary.Fingerprint}, which is revoked");
        WhyNot(subkey, subkey.Sign(Data)).Should().Be($"is by the subkey {subkey.Subkey.Fingerprint}, which is revoked");
    }

    [Fact]
    public void A_revocation_at_the_end_of_the_file_counts()
    {
        TestCertificate key = new();
        key.OnSubkey.Add(key.Primary.Certify(key.Primary, After, PgpSignature.KeyRevocation));

        WhyNot(key, key.Sign(Data)).Should().Contain("which is revoked");
    }

    [Fact]
    public void A_revocation_by_a_stranger_does_not_count()
    {
        TestCertificate key = new();
        TestKey stranger = new(TestCertificate.Made);
        key.OnPrimary.Add(stranger.Certify(key.Primary, After, PgpSignature.KeyRevocation, more: packets => packets.SetIssuerKeyID(false, key.Primary.Public.KeyId)));
        key.OnSubkey.Add(stranger.Certify(key.Primary, key.Subkey, After, PgpSignature.SubkeyRevocation));

        Read(key).Check(key.Sign(Data), Data, Now).At.Should().Be(TestCertificate.Signing);
    }

    [Fact]
    public void A_name_that_was_revoked_says_nothing_more()
    {
        TestCertificate key = new();
        key.OnUser.Add(key.Primary.Certify(key.Primary, TestCertificate.User, Before, type: PgpSignature.CertificationRevocation));

        WhyNot(key, key.Sign(Data)).Should().Contain("no valid signature by itself");
    }

    [Fact]
    public void A_key_without_a_name_goes_by_what_it_says_of_itself_directly()
    {
        TestCertificate key = new() { HasSelfSignature = false };
        WhyNot(key, key.Sign(Data)).Should().Contain("no valid signature by itself");

        key.OnPrimary.Add(key.Primary.Certify(key.Primary, TestCertificate.Made, PgpSignature.DirectKey));
        Read(key).Check(key.Sign(Data), Data, Now).At.Should().Be(TestCertificate.Signing);
    }

    [Fact]
    public void A_subkey_that_is_not_bound_by_both_sides_as_one_that_signs_is_refused()
    {
        TestCertificate unbound = new() { HasBinding = false };
        TestCertificate byStranger = new() { HasBinding = false };
        byStranger.OnSubkey.Add(byStranger.Binding(TestCertificate.Made, null, by: new TestKey(TestCertificate.Made)));
        TestCertificate claimed = new() { HasCrossCertification = false };
        TestCertificate encrypts = new() { SubkeyFlags = 0x0C };

        foreach (TestCertificate key in (TestCertificate[])[unbound, byStranger, claimed])
        {
            WhyNot(key, key.Sign(Data)).Should().Be($"is by the subkey {key.Subkey.Fingerprint}, which is not bound to the pinned key as one that signs");
        }

        WhyNot(encrypts, encrypts.Sign(Data)).Should().Contain("which is not one that signs");
    }

    [Fact]
    public void A_date_that_cannot_be_is_refused()
    {
        TestCertificate key = new();

        WhyNot(key, key.Subkey.Sign(Data, Now.AddDays(1))).Should().Be("is dated 2026-06-02, which is still to come; check this machine's clock");
        WhyNot(key, key.Subkey.Sign(Data, TestCertificate.Made.AddDays(-1))).Should().StartWith("is dated 2019-12-31, before its key");
    }

    [Fact]
    public void A_signature_that_has_itself_expired_is_refused()
    {
        TestCertificate key = new();

        WhyNot(key, key.Subkey.Sign(Data, TestCertificate.Signing, more: packets => packets.SetSignatureExpirationTime(false, 3600))).Should().Be("has itself expired on 2025-06-01");
    }

    [Fact]
    public void A_signature_that_demands_what_is_not_understood_is_refused()
    {
        TestCertificate key = new();

        WhyNot(key, key.Subkey.Sign(Data, TestCertificate.Signing, more: packets => packets.AddNotationData(true, true, "only@example.invalid", "for tests")))
            .Should().Be("demands something that is not understood here");
    }

    [Fact]
    public void A_signature_of_another_kind_is_refused()
    {
        TestCertificate key = new();

        WhyNot(key, key.Subkey.Sign(Data, TestCertificate.Signing, type: PgpSignature.CanonicalTextDocument)).Should().Be("is not a signature of a file");
        WhyNot(key, key.Export()[..^200]).Should().Be("is cut off");
        WhyNot(key, "Not Found"u8.ToArray()).Should().Be("is not an OpenPGP file");
        WhyNot(key, new OpenPgpPacket(OpenPgpTag.UserId, "x"u8.ToArray()).Framed()).Should().Be("holds no signature");
    }

    [Fact]
    public void Of_several_signatures_one_good_one_suffices()
    {
        TestCertificate key = new();
        TestCertificate stranger = new();

        Read(key).Check([.. stranger.Sign(Data), .. key.Sign(Data)], Data, Now).Key.ToString().Should().Be(key.Subkey.Fingerprint);
        Read(key).Check([.. key.Sign([1]), .. key.Sign(Data)], Data, Now).Key.ToString().Should().Be(key.Subkey.Fingerprint);
    }

    [Fact]
    public void Any_change_of_a_byte_gives_a_refusal_or_the_same_outcome()
    {
        TestCertificate key = new();
        byte[] file = key.Export();
        byte[] signature = key.Sign(Data);

        Gen.Select(Gen.Int[0, file.Length + signature.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            byte[] changed = [.. file, .. signature];
            changed[at] ^= change;
            try
            {
                SignedBy signed = Read(changed[..file.Length], key).Check(changed.AsSpan(file.Length), Data, Now);
                return signed == new SignedBy(KeyFingerprint.Of(key.Subkey.Public.PublicKeyPacket.GetEncodedContents()), TestCertificate.Signing);
            }
            catch (OpenPgpException)
            {
                return true;
            }
        }, iter: 2000);
    }

    private static PinnedKey Read(TestCertificate key) => Read(key.Export(), key);

    private static PinnedKey Read(byte[] file, TestCertificate key) => PinnedKey.Read(file, Fingerprint(key.Fingerprint));

    private static string WhyNot(TestCertificate key, byte[] signature) => WhyNot(Read(key), signature);

    private static string WhyNot(PinnedKey key, byte[] signature, byte[]? data = null) =>
        key.Invoking(k => k.Check(signature, data ?? Data, Now)).Should().Throw<OpenPgpException>().Which.Message;

    private static string FaultOf(byte[] file, string fingerprint)
    {
        Action read = () => PinnedKey.Read(file, Fingerprint(fingerprint));
        return read.Should().Throw<OpenPgpException>().Which.Message;
    }

    private static KeyFingerprint Fingerprint(string text)
    {
        KeyFingerprint.TryParse(text, out KeyFingerprint fingerprint).Should().BeTrue();
        return fingerprint;
    }
}
