using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A primary key that certifies and a subkey that signs, as the Tor Browser Developers have; each part can be made otherwise.</summary>
internal sealed class TestCertificate
{
    public const string User = "Test Developers <test@example.invalid>";

    public static readonly DateTime Made = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>When the tests' signatures are made, unless told.</summary>
    public static readonly DateTime Signing = new(2025, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    public TestKey Primary { get; } = new(Made);

    public TestKey Subkey { get; } = new(Made);

    public int PrimaryFlags { get; init; } = TestKey.Certifies;

    public int SubkeyFlags { get; init; } = TestKey.Signs;

    public DateTime? PrimaryExpires { get; init; }

    public DateTime? SubkeyExpires { get; init; }

    public HashAlgorithmTag SelfHash { get; init; } = HashAlgorithmTag.Sha256;

    public HashAlgorithmTag BindingHash { get; init; } = HashAlgorithmTag.Sha256;

    public HashAlgorithmTag CrossHash { get; init; } = HashAlgorithmTag.Sha256;

    public bool HasSelfSignature { get; init; } = true;

    public bool HasBinding { get; init; } = true;

    public bool HasCrossCertification { get; init; } = true;

    /// <summary>More signatures behind the primary key, behind the user's name and behind the subkey.</summary>
    public List<PgpSignature> OnPrimary { get; } = [];

    public List<PgpSignature> OnUser { get; } = [];

    public List<PgpSignature> OnSubkey { get; } = [];

    public string Fingerprint => Primary.Fingerprint;

    public byte[] Sign(byte[] data) => Subkey.Sign(data, Signing);

    public PgpSignature SelfSignature(DateTime at, DateTime? expires) => Primary.Certify(Primary, User, at, SelfHash, more: packets => Describe(packets, PrimaryFlags, Primary, expires));

    public PgpSignature Binding(DateTime at, DateTime? expires, TestKey? by = null) => (by ?? Primary).Certify(Primary, Subkey, at, PgpSignature.SubkeyBinding, BindingHash, packets =>
    {
        Describe(packets, SubkeyFlags, Subkey, expires);
        if (HasCrossCertification)
        {
            packets.AddEmbeddedSignature(false, Subkey.Certify(Primary, Subkey, at, PgpSignature.PrimaryKeyBinding, CrossHash));
        }
    });

    /// <summary>The public key, as a key file has it.</summary>
    public byte[] Export()
    {
        List<byte> file = [.. Primary.Packet(OpenPgpTag.PublicKey)];
        OnPrimary.ForEach(signature => file.AddRange(signature.GetEncoded()));
        file.AddRange(new OpenPgpPacket(OpenPgpTag.UserId, Encoding.UTF8.GetBytes(User)).Framed());
        if (HasSelfSignature)
        {
            file.AddRange(SelfSignature(Made, PrimaryExpires).GetEncoded());
        }

        OnUser.ForEach(signature => file.AddRange(signature.GetEncoded()));
        file.AddRange(Subkey.Packet(OpenPgpTag.PublicSubkey));
        if (HasBinding)
        {
            file.AddRange(Binding(Made, SubkeyExpires).GetEncoded());
        }

        OnSubkey.ForEach(signature => file.AddRange(signature.GetEncoded()));
        return [.. file];
    }

    /// <summary>A file as text, in the armor of RFC 9580, section 6.</summary>
    public static byte[] Armor(byte[] packets, string kind) => Encoding.ASCII.GetBytes(
        $"-----BEGIN PGP {kind}-----\nComment: made by a test\n\n{Convert.ToBase64String(packets, Base64FormattingOptions.InsertLineBreaks)}\n=AAAA\n-----END PGP {kind}-----\n");

    private static void Describe(PgpSignatureSubpacketGenerator packets, int flags, TestKey key, DateTime? expires)
    {
        packets.SetKeyFlags(true, flags);
        if (expires is { } end)
        {
            packets.SetKeyExpirationTime(false, (long)(end - key.Created).TotalSeconds);
        }
    }
}
