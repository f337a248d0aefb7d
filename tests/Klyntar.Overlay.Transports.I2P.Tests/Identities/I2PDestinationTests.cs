using CsCheck;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2PDestinationTests
{
    private static readonly byte[] Valid = I2PBase64.TryDecode(Vectors.Destination)!;

    [Theory]
    [InlineData(Vectors.Destination, Vectors.Host, 7)]
    [InlineData(Vectors.DsaDestination, Vectors.DsaHost, 0)]
    [InlineData(Vectors.P521Destination, Vectors.P521Host, 3)]
    public void A_destination_of_i2pds_is_read_with_its_address_and_written_back(string text, string host, int signatureType)
    {
        I2PDestination.TryParse(text, out I2PDestination? destination, out string? why).Should().BeTrue(why);
        destination!.Host.Should().Be(host);
        destination.SignatureType.Should().Be(signatureType);
        destination.ToBase64().Should().Be(text);
    }

    [Fact]
    public void What_follows_a_destination_is_left_alone_where_it_may_and_refused_where_it_may_not()
    {
        I2PDestination.TryRead([.. Valid, 1, 2, 3], out I2PDestination? destination, out _).Should().BeTrue();
        destination!.Bytes.ToArray().Should().Equal(Valid);
        I2PDestination.TryParse(I2PBase64.EncodeToString([.. Valid, 1, 2, 3]), out _, out string? why).Should().BeFalse();
        why.Should().Be("3 bytes follow it");
    }

    [Theory]
    [InlineData(384, 1, "a certificate of the kind 1")]
    [InlineData(386, 5, "its certificate claims 5 bytes, more than there are")]
    [InlineData(385, 255, "its certificate claims 65284 bytes")]
    [InlineData(386, 3, "its certificate has 3 bytes, which its kind has not")]
    [InlineData(384, 0, "its certificate has 4 bytes, which its kind has not")]
    [InlineData(388, 3, "need 8")]
    [InlineData(388, 4, "need 132")]
    public void A_certificate_that_is_not_of_its_keys_is_refused(int place, byte value, string said)
    {
        byte[] bytes = [.. Valid];
        bytes[place] = value;
        I2PDestination.TryRead(bytes, out I2PDestination? destination, out string? why).Should().BeFalse();
        destination.Should().BeNull();
        why.Should().Contain(said.Replace("a certificate of", "its certificate is of", StringComparison.Ordinal));
    }

    [Fact]
    public void A_certificate_longer_than_its_key_is_refused_though_the_bytes_are_there()
    {
        byte[] bytes = [.. Valid, 0];
        bytes[386] = 5;
        I2PDestination.TryRead(bytes, out _, out string? why).Should().BeFalse();
        why.Should().Be("its certificate has 5 bytes, and its keys (types 7 and 0) need 4");
    }

    [Fact]
    public void A_key_of_a_type_that_is_not_known_yet_is_read_by_its_certificates_length()
    {
        byte[] bytes = [.. Valid, .. new byte[100]];
        bytes[386] = 104;
        bytes[388] = 200;
        I2PDestination.TryRead(bytes, out I2PDestination? destination, out string? why).Should().BeTrue(why);
        destination!.SignatureType.Should().Be(200);
        destination.Bytes.Length.Should().Be(491);
    }

    [Fact]
    public void A_new_destination_reads_as_itself_and_has_the_key_in_its_place()
    {
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample((key, filling) =>
        {
            I2PDestination made = I2PDestination.FromPublicKey(key, filling);
            made.Bytes.Length.Should().Be(391);
            made.SigningKey.ToArray().Should().Equal(key);
            I2PDestination.TryParse(made.ToBase64(), out I2PDestination? read, out string? why).Should().BeTrue(why);
            read!.Host.Should().Be(made.Host);
        }, iter: 200);
    }

    [Fact]
    public void Any_bytes_give_one_answer_and_one_that_is_read_is_a_prefix_of_them() =>
        Gen.Select(Gen.Byte.Array[380, 460], Gen.Int[0, 9], Gen.Int[0, 140]).Sample((bytes, kind, length) =>
        {
            if (bytes.Length > 387)
            {
                (bytes[384], bytes[385], bytes[386]) = ((byte)kind, 0, (byte)length);
            }

            bool isRead = I2PDestination.TryRead(bytes, out I2PDestination? destination, out string? why);
            (why is null).Should().Be(isRead);
            if (isRead)
            {
                bytes.AsSpan().StartsWith(destination!.Bytes).Should().BeTrue();
            }
        });
}
