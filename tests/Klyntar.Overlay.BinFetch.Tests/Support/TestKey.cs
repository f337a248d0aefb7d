using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A key pair that is made in the test, by the library and not by what is tested.</summary>
internal sealed class TestKey
{
    public const int Certifies = 0x01;
    public const int Signs = 0x02;

    private readonly PgpKeyPair _pair;

    public TestKey(DateTime created)
    {
        Ed25519KeyPairGenerator generator = new();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        Created = created;
        _pair = new PgpKeyPair(PublicKeyAlgorithmTag.EdDsa_Legacy, generator.GenerateKeyPair(), created);
        Fingerprint = Convert.ToHexString(_pair.PublicKey.GetFingerprint());
    }

    public DateTime Created { get; }

    public string Fingerprint { get; }

    public PgpPublicKey Public => _pair.PublicKey;

    public byte[] Packet(OpenPgpTag tag) => new OpenPgpPacket(tag, Public.PublicKeyPacket.GetEncodedContents()).Framed();

    /// <summary>A detached signature.</summary>
    public byte[] Sign(byte[] data, DateTime at, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, int type = PgpSignature.BinaryDocument, Action<PgpSignatureSubpacketGenerator>? more = null)
    {
        PgpSignatureGenerator generator = Generator(type, at, hash, more);
        generator.Update(data);
        return generator.Generate().GetEncoded();
    }

    /// <summary>A statement about a user's name.</summary>
    public PgpSignature Certify(TestKey subject, string user, DateTime at, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, int type = PgpSignature.PositiveCertification, Action<PgpSignatureSubpacketGenerator>? more = null) =>
        Generator(type, at, hash, more).GenerateCertification(user, subject.Public);

    /// <summary>A statement about a key alone.</summary>
    public PgpSignature Certify(TestKey subject, DateTime at, int type, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, Action<PgpSignatureSubpacketGenerator>? more = null) =>
        Generator(type, at, hash, more).GenerateCertification(subject.Public);

    /// <summary>A statement about a subkey of a primary key.</summary>
    public PgpSignature Certify(TestKey primary, TestKey subkey, DateTime at, int type, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, Action<PgpSignatureSubpacketGenerator>? more = null) =>
        Generator(type, at, hash, more).GenerateCertification(primary.Public, subkey.Public);

    private PgpSignatureGenerator Generator(int type, DateTime at, HashAlgorithmTag hash, Action<PgpSignatureSubpacketGenerator>? more)
    {
        PgpSignatureGenerator generator = new(PublicKeyAlgorithmTag.EdDsa_Legacy, hash);
        generator.InitSign(type, _pair.PrivateKey);
        PgpSignatureSubpacketGenerator hashed = new();
        hashed.SetSignatureCreationTime(false, at);
        hashed.SetIssuerFingerprint(false, Public);
        more?.Invoke(hashed);
        generator.SetHashedSubpackets(hashed.Generate());
        PgpSignatureSubpacketGenerator unhashed = new();
        unhashed.SetIssuerKeyID(false, Public.KeyId);
        generator.SetUnhashedSubpackets(unhashed.Generate());
        return generator;
    }
}
