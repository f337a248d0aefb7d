using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Bcpg.Sig;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A signature of version 4, with what its hashed part says (RFC 9580, section 5.2.3). The other part is nobody's word.</summary>
internal sealed class OpenPgpSignature
{
    private const int Version = 4;
    private const int SignFlag = 0x02;

    private static readonly SignatureSubpacketTag[] Understood =
    [
        SignatureSubpacketTag.CreationTime, SignatureSubpacketTag.ExpireTime, SignatureSubpacketTag.Exportable, SignatureSubpacketTag.Revocable,
        SignatureSubpacketTag.KeyExpireTime, SignatureSubpacketTag.PreferredSymmetricAlgorithms, SignatureSubpacketTag.IssuerKeyId,
        SignatureSubpacketTag.PreferredHashAlgorithms, SignatureSubpacketTag.PreferredCompressionAlgorithms, SignatureSubpacketTag.KeyServerPreferences,
        SignatureSubpacketTag.PreferredKeyServer, SignatureSubpacketTag.PrimaryUserId, SignatureSubpacketTag.PolicyUrl, SignatureSubpacketTag.KeyFlags,
        SignatureSubpacketTag.SignerUserId, SignatureSubpacketTag.RevocationReason, SignatureSubpacketTag.Features, SignatureSubpacketTag.EmbeddedSignature,
        SignatureSubpacketTag.IssuerFingerprint,
    ];

    private readonly PgpSignature _signature;
    private readonly PgpSignatureSubpacketVector _hashed;

    /// <exception cref="OpenPgpException">It cannot be read.</exception>
    public OpenPgpSignature(OpenPgpPacket packet)
        : this(Parse(packet))
    {
    }

    private OpenPgpSignature(PgpSignature signature)
    {
        _signature = signature;
        _hashed = signature.GetHashedSubPackets() ?? throw new OpenPgpException("is of an old version");
    }

    public int Type => _signature.SignatureType;

    public DateTimeOffset Created => _signature.CreationTime;

    /// <summary>The end of its maker's fingerprint, as it says itself.</summary>
    public string KeyId => _signature.KeyId.ToString("X16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>When it ceases to hold, or null for never.</summary>
    public DateTimeOffset? Ends => After(Created, Seconds(SignatureSubpacketTag.ExpireTime));

    /// <summary>Whether it lets the key sign; null where it does not say.</summary>
    public bool? MaySign => _hashed.GetSubpacket(SignatureSubpacketTag.KeyFlags) is KeyFlags flags ? (flags.Flags & SignFlag) != 0 : null;

    /// <summary>What keeps it from counting, whoever made it; or null.</summary>
    public string? Fault
    {
        get
        {
            if (HashFault is { } weak)
            {
                return weak;
            }

            return !_hashed.HasSubpacket(SignatureSubpacketTag.CreationTime) ? "is without a date"
                : _hashed.ToArray().Any(static packet => packet.IsCritical() && !Understood.Contains(packet.SubpacketType)) ? "demands something that is not understood here"
                : null;
        }
    }

    // Whoever can make collisions could have had something harmless signed in place of this.
    private string? HashFault => _signature.HashAlgorithm switch
    {
        HashAlgorithmTag.Sha256 or HashAlgorithmTag.Sha384 or HashAlgorithmTag.Sha512 => null,
        HashAlgorithmTag.MD5 => "uses the hash MD5, which is not safe",
        HashAlgorithmTag.Sha1 => "uses the hash SHA-1, which is not safe",
        HashAlgorithmTag.RipeMD160 => "uses the hash RIPEMD-160, which is not safe",
        var other => $"uses the hash {(int)other}, which is not accepted",
    };

    /// <summary>When the key that it is about expires, or null for never.</summary>
    public DateTimeOffset? KeyEnds(OpenPgpKey key) => After(key.Created, Seconds(SignatureSubpacketTag.KeyExpireTime));

    /// <summary>The signatures within it, of both parts: each proves itself.</summary>
    /// <exception cref="OpenPgpException">One cannot be read.</exception>
    public IEnumerable<OpenPgpSignature> Embedded() => Library.Guard(
        () => new[] { _hashed, _signature.GetUnhashedSubPackets() }
            .Where(static part => part.HasSubpacket(SignatureSubpacketTag.EmbeddedSignature))
            .SelectMany(static part => Enumerable.Range(0, part.GetEmbeddedSignatures().Count).Select(index => new OpenPgpSignature(part.GetEmbeddedSignatures()[index])))
            .ToList(),
        "has an embedded signature that cannot be read");

    /// <summary>Whether a key made it over these bytes.</summary>
    public bool IsBy(OpenPgpKey key, params IEnumerable<byte[]> signed)
    {
        try
        {
            return key.IsStrong && Library.Guard(
                () =>
                {
                    _signature.InitVerify(key.Public);
                    foreach (byte[] part in signed)
                    {
                        _signature.Update(part);
                    }

                    return _signature.Verify();
                },
                "cannot be checked");
        }
        catch (OpenPgpException)
        {
            return false;
        }
    }

    private static PgpSignature Parse(OpenPgpPacket packet)
    {
        if (packet.Body.Length == 0 || packet.Body.Span[0] != Version)
        {
            throw new OpenPgpException($"is of another version than {Version}");
        }

        return Library.Guard(() => ((PgpSignatureList)new PgpObjectFactory(packet.Framed()).NextPgpObject())[0], "cannot be read");
    }

    private long Seconds(SignatureSubpacketTag tag) => _hashed.GetSubpacket(tag) switch
    {
        KeyExpirationTime key => key.Time,
        SignatureExpirationTime signature => signature.Time,
        _ => 0,
    };

    private static DateTimeOffset? After(DateTimeOffset start, long seconds) => seconds == 0 ? null : start.AddSeconds(seconds);
}
