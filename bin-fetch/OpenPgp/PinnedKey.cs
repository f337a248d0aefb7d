using System.Buffers.Binary;
using System.Globalization;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Klyntar.Overlay.BinFetch;

/// <summary>
/// A public key that is known by its fingerprint, with its subkeys. A signature is good where the primary key or a
/// signing subkey made it while neither had expired. Whatever is revoked has never been good, since a stolen key can
/// sign with any date; what has expired since has been.
/// </summary>
internal sealed class PinnedKey
{
    /// <summary>The longest key file, in bytes.</summary>
    public const int FileLimit = 1024 * 1024;

    /// <summary>The longest signature file, in bytes.</summary>
    public const int SignatureFileLimit = 64 * 1024;

    private const int SignaturesLimit = 16;

    private static readonly int[] SelfSignatures =
    [
        PgpSignature.DefaultCertification, PgpSignature.NoCertification, PgpSignature.CasualCertification, PgpSignature.PositiveCertification,
    ];

    // A clock of this machine that is a little behind.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private readonly OpenPgpKey _primary;
    private readonly List<KeyPart> _parts;

    private PinnedKey(List<KeyPart> parts)
    {
        _primary = new OpenPgpKey(parts[0].Packet);
        _parts = parts;
    }

    public KeyFingerprint Fingerprint => _primary.Fingerprint;

    private IEnumerable<KeyPart> Subkeys => _parts.Where(static part => part.Packet.Tag == OpenPgpTag.PublicSubkey);

    /// <summary>Finds the key in a file, which may hold others.</summary>
    /// <exception cref="OpenPgpException">It is not there.</exception>
    public static PinnedKey Read(ReadOnlySpan<byte> file, KeyFingerprint pinned)
    {
        if (file.Length > FileLimit)
        {
            throw new OpenPgpException($"has more than {FileLimit} bytes");
        }

        List<KeyPart> parts = [];
        List<KeyFingerprint> others = [];
        bool isOurs = false;
        foreach (OpenPgpPacket packet in OpenPgpPackets.Read(file))
        {
            switch (packet.Tag)
            {
                case OpenPgpTag.SecretKey:
                    throw new OpenPgpException("holds a secret key, where a public one is wanted");
                case OpenPgpTag.PublicKey:
                    KeyFingerprint fingerprint = KeyFingerprint.Of(packet.Body.Span);
                    isOurs = fingerprint == pinned && parts.Count == 0;
                    others.Add(fingerprint);
                    break;
            }

            if (isOurs && packet.Tag != OpenPgpTag.Signature)
            {
                parts.Add(new KeyPart(packet));
            }
            else if (isOurs)
            {
                parts[^1].Signatures.Add(packet);
            }
        }

        return parts.Count > 0 ? new PinnedKey(parts) : throw new OpenPgpException(others.Count switch
        {
            0 => "holds no public key",
            1 => $"holds the key {others[0]}, and not the pinned {pinned}",
            _ => $"holds {others.Count} keys, and not the pinned {pinned}",
        });
    }

    /// <summary>Checks a detached signature. Of several, one good one suffices.</summary>
    /// <exception cref="OpenPgpException">There is no good one; it says why not.</exception>
    public SignedBy Check(ReadOnlySpan<byte> signatureFile, byte[] data, DateTimeOffset now)
    {
        if (signatureFile.Length > SignatureFileLimit)
        {
            throw new OpenPgpException($"has more than {SignatureFileLimit} bytes");
        }

        OpenPgpException? fault = null;
        foreach (OpenPgpPacket packet in OpenPgpPackets.Read(signatureFile).Where(static packet => packet.Tag == OpenPgpTag.Signature).Take(SignaturesLimit))
        {
            try
            {
                OpenPgpSignature signature = new(packet);
                if (Maker(signature.KeyId) is { } maker)
                {
                    return Check(signature, maker, data, now);
                }

                fault ??= new OpenPgpException($"is by the key {signature.KeyId}, which is none of the pinned key's; if that one has a new subkey, get the key file anew");
            }
            catch (OpenPgpException refused)
            {
                fault = refused;
            }
        }

        throw fault ?? new OpenPgpException("holds no signature");
    }

    private KeyPart? Maker(string keyId) =>
        _parts[..1].Concat(Subkeys).FirstOrDefault(part => KeyFingerprint.Of(part.Packet.Body.Span).KeyId == keyId);

    private SignedBy Check(OpenPgpSignature signature, KeyPart maker, byte[] data, DateTimeOffset now)
    {
        OpenPgpKey key = new(maker.Packet);
        bool isPrimary = key.Fingerprint == Fingerprint;
        if (signature.Type != PgpSignature.BinaryDocument)
        {
            throw new OpenPgpException("is not a signature of a file");
        }

        if (signature.Fault is { } why)
        {
            throw new OpenPgpException(why);
        }

        // Revocations count by any hash and for any date, and also where somebody put theirs at the file's end.
        if (_parts.SelectMany(part => part.By(_primary, PgpSignature.KeyRevocation)).Any(revocation => revocation.IsBy(_primary, _primary.Signed)))
        {
            throw new OpenPgpException($"is by the key {Fingerprint}, which is revoked");
        }

        if (!isPrimary && maker.By(_primary, PgpSignature.SubkeyRevocation).Any(revocation => revocation.IsBy(_primary, _primary.Signed, key.Signed)))
        {
            throw new OpenPgpException($"is by the subkey {key.Fingerprint}, which is revoked");
        }

        OpenPgpSignature self = SelfSignature(now) ?? throw new OpenPgpException($"is by the key {Fingerprint}, which has no valid signature by itself");
        OpenPgpSignature binding = isPrimary ? self : Binding(maker, key, now) ?? throw new OpenPgpException($"is by the subkey {key.Fingerprint}, which is not bound to the pinned key as one that signs");
        if (!(binding.MaySign ?? isPrimary))
        {
            throw new OpenPgpException($"is by the key {key.Fingerprint}, which is not one that signs");
        }

        CheckTimes(signature, now, _primary, self);
        CheckTimes(signature, now, key, binding);
        if (!signature.IsBy(key, data))
        {
            throw new OpenPgpException("does not match the file: one of them was changed");
        }

        return new SignedBy(key.Fingerprint, signature.Created);
    }

    private static void CheckTimes(OpenPgpSignature signature, DateTimeOffset now, OpenPgpKey key, OpenPgpSignature binding)
    {
        if (signature.Created < key.Created)
        {
            throw new OpenPgpException($"is dated {Day(signature.Created)}, before its key {key.Fingerprint} was made");
        }

        if (binding.KeyEnds(key) is { } end && signature.Created >= end)
        {
            throw new OpenPgpException($"was made on {Day(signature.Created)} by the key {key.Fingerprint}, which had expired on {Day(end)}; if it has been renewed, get the key file anew");
        }

        if (signature.Created > now + ClockTolerance)
        {
            throw new OpenPgpException($"is dated {Day(signature.Created)}, which is still to come; check this machine's clock");
        }

        if (signature.Ends is { } over && over <= now)
        {
            throw new OpenPgpException($"has itself expired on {Day(over)}");
        }
    }

    /// <summary>The newest statement of the primary key about itself.</summary>
    private OpenPgpSignature? SelfSignature(DateTimeOffset now)
    {
        IEnumerable<OpenPgpSignature> direct = _parts[0].By(_primary, PgpSignature.DirectKey).Where(signature => signature.IsBy(_primary, _primary.Signed));
        IEnumerable<OpenPgpSignature> byName = _parts.Where(static part => part.Packet.Tag == OpenPgpTag.UserId).SelectMany(name => Certifications(name));
        return Newest(direct.Concat(byName), now);
    }

    private IEnumerable<OpenPgpSignature> Certifications(KeyPart name)
    {
        byte[] length = new byte[5];
        length[0] = 0xB4;
        BinaryPrimitives.WriteInt32BigEndian(length.AsSpan(1), name.Packet.Body.Length);
        byte[][] signed = [_primary.Signed, length, name.Packet.Body.ToArray()];
        DateTimeOffset? revoked = name.By(_primary, PgpSignature.CertificationRevocation)
            .Where(revocation => revocation.IsBy(_primary, signed)).Max(static revocation => (DateTimeOffset?)revocation.Created);
        return name.By(_primary, SelfSignatures).Where(signature => !(revoked >= signature.Created) && signature.IsBy(_primary, signed));
    }

    /// <summary>The newest binding of a subkey, where the subkey agrees to it: else anybody could claim another's as their own.</summary>
    private OpenPgpSignature? Binding(KeyPart part, OpenPgpKey subkey, DateTimeOffset now)
    {
        OpenPgpSignature? newest = Newest(part.By(_primary, PgpSignature.SubkeyBinding).Where(binding => binding.IsBy(_primary, _primary.Signed, subkey.Signed)), now);
        return newest?.Embedded().Any(back => back.Type == PgpSignature.PrimaryKeyBinding && back.Fault is null && back.IsBy(subkey, _primary.Signed, subkey.Signed)) == true
            ? newest
            : null;
    }

    private static OpenPgpSignature? Newest(IEnumerable<OpenPgpSignature> signatures, DateTimeOffset now) => signatures
        .Where(signature => signature.Fault is null && signature.Created <= now + ClockTolerance && !(signature.Ends <= now))
        .MaxBy(static signature => signature.Created);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
