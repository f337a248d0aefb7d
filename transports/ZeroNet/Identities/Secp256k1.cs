using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The curve secp256k1 (SEC 2, section 2.4.1) and ECDSA on it with recovery of the public key (SEC 1, section 4.1.6), on bytes: numbers are big-endian and of 32 bytes.
/// The library's numbers cannot be wiped; what is here holds secrets in them for as long as a call takes.
/// </summary>
internal static class Secp256k1
{
    /// <summary>The size of a secret, of a digest and of each half of a signature, in bytes.</summary>
    public const int Size = 32;

    /// <summary>The number of points that one signature may have been made with: two abscissas, two ordinates each.</summary>
    public const int RecoveryIds = 4;

    private const int UncompressedSize = 1 + Size + Size;
    private const int CompressedSize = 1 + Size;

    private static readonly X9ECParameters Domain = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger Order = Domain.N;
    private static readonly BigInteger HalfOrder = Domain.N.ShiftRight(1);
    private static readonly BigInteger FieldPrime = Domain.Curve.Field.Characteristic;
    private static readonly byte[] OrderBytes = BigIntegers.AsUnsignedByteArray(Size, Domain.N);

    /// <summary>Whether bytes are a scalar that keys and signatures have: 32 bytes that are from 1 to n - 1.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size && bytes.ContainsAnyExcept((byte)0) && bytes.SequenceCompareTo(OrderBytes) < 0;

    /// <summary>The public key of a secret, as SEC 1, section 2.3.3 writes it.</summary>
    /// <param name="secret">A scalar.</param>
    /// <param name="compressed">Whether to write 33 bytes in place of 65.</param>
    public static byte[] PublicKey(ReadOnlySpan<byte> secret, bool compressed) => Write(MultiplyBase(new BigInteger(1, secret)), compressed);

    /// <summary>The sum of two scalars modulo n, by which BIP 32 makes children.</summary>
    /// <param name="left">A scalar.</param>
    /// <param name="right">A scalar.</param>
    /// <param name="sum">Takes the sum: a scalar, or zero where one is the other's negative.</param>
    public static void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> sum) =>
        BigIntegers.AsUnsignedByteArray(new BigInteger(1, left).Add(new BigInteger(1, right)).Mod(Order), sum);

    /// <summary>Signs deterministically (RFC 6979 with SHA-256), with the lower of the two values that s may have (BIP 62).</summary>
    /// <param name="digest">The digest to sign.</param>
    /// <param name="secret">A scalar.</param>
    /// <param name="signature">Takes r and s.</param>
    /// <returns>The recovery id, from 0 to 3.</returns>
    public static int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> secret, Span<byte> signature)
    {
        var z = new BigInteger(1, digest);
        var d = new BigInteger(1, secret);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Order, d, digest.ToArray());
        BigInteger r;
        BigInteger s;
        int recoveryId;
        do
        {
            BigInteger k = nonces.NextK();
            ECPoint point = MultiplyBase(k).Normalize();
            BigInteger x = point.AffineXCoord.ToBigInteger();
            recoveryId = (x.CompareTo(Order) < 0 ? 0 : 2) + (point.AffineYCoord.TestBitZero() ? 1 : 0);
            r = x.Mod(Order);
            s = BigIntegers.ModOddInverse(Order, k).Multiply(z.Add(d.Multiply(r))).Mod(Order);
        }
        while (r.SignValue == 0 || s.SignValue == 0);

        if (s.CompareTo(HalfOrder) > 0)
        {
            // -s goes with -k, whose point has the other ordinate.
            s = Order.Subtract(s);
            recoveryId ^= 1;
        }

        BigIntegers.AsUnsignedByteArray(r, signature[..Size]);
        BigIntegers.AsUnsignedByteArray(s, signature.Slice(Size, Size));
        return recoveryId;
    }

    /// <summary>The one public key that a signature is valid by.</summary>
    /// <param name="digest">What was signed.</param>
    /// <param name="signature">r and s, any 64 bytes. Both values of s are taken.</param>
    /// <param name="recoveryId">Which of the four points, from 0 to 3.</param>
    /// <param name="compressed">Whether to write 33 bytes in place of 65.</param>
    /// <returns>The key, or null where there is none.</returns>
    public static byte[]? Recover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, bool compressed)
    {
        ReadOnlySpan<byte> rBytes = signature[..Size];
        ReadOnlySpan<byte> sBytes = signature.Slice(Size, Size);
        if (!IsScalar(rBytes) || !IsScalar(sBytes))
        {
            return null;
        }

        var r = new BigInteger(1, rBytes);
        BigInteger x = (recoveryId & 2) == 0 ? r : r.Add(Order);
        if (x.CompareTo(FieldPrime) >= 0 || Lift(x, (recoveryId & 1) != 0) is not { } point)
        {
            return null;
        }

        // Q = (sR - zG) / r.
        BigInteger inverse = BigIntegers.ModOddInverseVar(Order, r);
        BigInteger ofBase = inverse.Multiply(new BigInteger(1, digest)).Negate().Mod(Order);
        BigInteger ofPoint = inverse.Multiply(new BigInteger(1, sBytes)).Mod(Order);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(Domain.G, ofBase, point, ofPoint);
        return key.IsInfinity ? null : Write(key, compressed);
    }

    private static ECPoint MultiplyBase(BigInteger scalar) => new FixedPointCombMultiplier().Multiply(Domain.G, scalar);

    // The point of an abscissa below p, where the curve has one: y² = x³ + 7. All points are in the group of G, whose cofactor is 1.
    private static ECPoint? Lift(BigInteger x, bool odd)
    {
        ECFieldElement abscissa = Domain.Curve.FromBigInteger(x);
        ECFieldElement? ordinate = abscissa.Square().Multiply(abscissa).Add(Domain.Curve.B).Sqrt();
        return ordinate is null
            ? null
            : Domain.Curve.CreatePoint(x, (ordinate.TestBitZero() == odd ? ordinate : ordinate.Negate()).ToBigInteger());
    }

    private static byte[] Write(ECPoint point, bool compressed)
    {
        byte[] bytes = new byte[compressed ? CompressedSize : UncompressedSize];
        point.Normalize().EncodeTo(compressed, bytes);
        return bytes;
    }
}
