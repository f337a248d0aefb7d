using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class Secp256k1Tests
{
    private static readonly ECDomainParameters Domain = new(CustomNamedCurves.GetByName("secp256k1"));

    // The vectors that implementations of RFC 6979 share for this curve; the digest is SHA-256.
    [Theory]
    [InlineData(KeyVectors.One, "Satoshi Nakamoto", "934B1EA10A4B3C1757E2B0C017D0B6143CE3C9A7E6A4A49860D7A6AB210EE3D82442CE9D2B916064108014783E923EC36B49743E2FFA1C4496F01A512AAFD9E5")]
    [InlineData(KeyVectors.One, "All those moments will be lost in time, like tears in rain. Time to die...", "8600DBD41E348FE5C9465AB92D23E3DB8B98B873BEECD930736488696438CB6B547FE64427496DB33BF66019DACBF0039C04199ABB0122918601DB38A72CFC21")]
    [InlineData(KeyVectors.LargestSecret, "Satoshi Nakamoto", "FD567D121DB66E382991534ADA77A6BD3106F0A1098C231E47993447CD6AF2D06B39CD0EB1BC8603E159EF5C20A5C8AD685A45B06CE9BEBED3F153D10D93BED5")]
    [InlineData("F8B8AF8CE3C7CCA5E300D33939540C10D45CE001B8F252BFBC57BA0342904181", "Alan Turing", "7063AE83E7F62BBB171798131B4A0564B956930092B33B07B395615D9EC7E15C58DFCC1E00A35E1572F366FFE34BA0FC47DB1E7189759B9FB233C5B05AB388EA")]
    public void Signatures_are_those_of_RFC_6979_with_the_lower_s(string secret, string message, string expected)
    {
        byte[] signature = new byte[64];
        byte[] key = Convert.FromHexString(secret);
        byte[] digest = SHA256.HashData(Encoding.ASCII.GetBytes(message));
        int recoveryId = Secp256k1.Sign(digest, key, signature);
        Convert.ToHexString(signature).Should().Be(expected);
        Secp256k1.Recover(digest, signature, recoveryId, compressed: true).Should().Equal(Secp256k1.PublicKey(key, compressed: true));
    }

    [Fact]
    public void Any_signature_is_valid_by_the_librarys_own_check_low_and_led_back_to_its_key() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample(
            (digest, secret) =>
            {
                if (!Secp256k1.IsScalar(secret))
                {
                    return;
                }

                byte[] signature = new byte[64];
                int recoveryId = Secp256k1.Sign(digest, secret, signature);
                byte[] key = Secp256k1.PublicKey(secret, compressed: false);
                Verify(key, digest, signature).Should().BeTrue();
                new BigInteger(1, signature, 32, 32).CompareTo(Domain.N.ShiftRight(1)).Should().BeLessThanOrEqualTo(0);
                Secp256k1.Recover(digest, signature, recoveryId, compressed: false).Should().Equal(key);
                Secp256k1.Recover(digest, signature, recoveryId ^ 1, compressed: false).Should().NotEqual(key);
            },
            iter: 50);

    [Fact]
    public void Whatever_key_is_recovered_the_signature_is_valid_by_it() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[64], Gen.Int[0, 3]).Sample(
            (digest, signature, recoveryId) =>
            {
                if (Secp256k1.Recover(digest, signature, recoveryId, compressed: false) is { } key)
                {
                    Verify(key, digest, signature).Should().BeTrue();
                }
            },
            iter: 100);

    [Fact]
    public void A_point_whose_abscissa_is_beyond_n_is_found_by_the_upper_recovery_ids()
    {
        byte[] digest = SHA256.HashData("digest"u8);
        int found = 0;
        for (byte r = 1; r < 40; r++)
        {
            byte[] signature = [.. new byte[31], r, .. digest];
            for (int recoveryId = 2; recoveryId < 4; recoveryId++)
            {
                if (Secp256k1.Recover(digest, signature, recoveryId, compressed: false) is { } key)
                {
                    Verify(key, digest, signature).Should().BeTrue();
                    key.SequenceEqual(Secp256k1.Recover(digest, signature, recoveryId - 2, compressed: false) ?? []).Should().BeFalse();
                    found++;
                }
            }
        }

        // About half of all numbers are abscissas, and each is one of two points.
        found.Should().BeInRange(20, 58).And.Match(count => count % 2 == 0);
    }

    [Theory]
    [InlineData(KeyVectors.Zero, KeyVectors.One, 0)]
    [InlineData(KeyVectors.BasePoint, KeyVectors.Zero, 0)]
    [InlineData(KeyVectors.Order, KeyVectors.One, 0)]
    [InlineData(KeyVectors.BasePoint, KeyVectors.Order, 0)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", KeyVectors.One, 0)]
    [InlineData(KeyVectors.BasePoint, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0)]
    [InlineData(KeyVectors.BasePoint, KeyVectors.One, 2)]
    [InlineData(KeyVectors.LargestSecret, KeyVectors.One, 3)]
    public void Numbers_out_of_range_make_no_key(string r, string s, int recoveryId) =>
        Secp256k1.Recover(new byte[32], Convert.FromHexString(r + s), recoveryId, compressed: false).Should().BeNull();

    [Fact]
    public void An_abscissa_that_the_curve_has_not_makes_no_key()
    {
        // 5³ + 7 is no square modulo p.
        byte[] signature = [.. new byte[31], 5, .. Convert.FromHexString(KeyVectors.One)];
        Secp256k1.Recover(new byte[32], signature, 0, compressed: false).Should().BeNull();
    }

    [Fact]
    public void The_point_at_infinity_is_no_key()
    {
        // With R = G and s = z, sR - zG vanishes.
        byte[] digest = SHA256.HashData("digest"u8);
        byte[] signature = [.. Convert.FromHexString(KeyVectors.BasePoint), .. digest];
        Secp256k1.Recover(digest, signature, 0, compressed: false).Should().BeNull();
        Secp256k1.Recover(digest, signature, 1, compressed: false).Should().NotBeNull();
    }

    [Theory]
    [InlineData(KeyVectors.One, KeyVectors.LargestSecret, KeyVectors.Zero)]
    [InlineData(KeyVectors.LargestSecret, KeyVectors.LargestSecret, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD036413F")]
    [InlineData(KeyVectors.One, KeyVectors.One, "0000000000000000000000000000000000000000000000000000000000000002")]
    public void Sums_are_modulo_n_and_in_32_bytes(string left, string right, string sum)
    {
        byte[] bytes = new byte[32];
        Secp256k1.Add(Convert.FromHexString(left), Convert.FromHexString(right), bytes);
        Convert.ToHexString(bytes).Should().Be(sum);
    }

    private static bool Verify(byte[] key, byte[] digest, byte[] signature)
    {
        var signer = new ECDsaSigner();
        signer.Init(forSigning: false, new ECPublicKeyParameters(Domain.Curve.DecodePoint(key), Domain));
        return signer.VerifySignature(digest, new BigInteger(1, signature, 0, 32), new BigInteger(1, signature, 32, 32));
    }
}
