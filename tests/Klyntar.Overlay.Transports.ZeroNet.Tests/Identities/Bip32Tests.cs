namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class Bip32Tests
{
    private const string Seed1 = "000102030405060708090a0b0c0d0e0f";
    private const string Seed2 =
        "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";

    private const string Master1 = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
    private const string Master2 = "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U";

    [Theory]
    [InlineData(Seed1, Master1)]
    [InlineData(Seed2, Master2)]
    public void Masters_are_those_of_BIP_32s_vectors(string seed, string master)
    {
        byte[] node = new byte[Bip32.NodeSize];
        Bip32.TryMaster(Convert.FromHexString(seed), node).Should().BeTrue();
        node.Should().Equal(Node(master));
    }

    // All of the test vectors 1 and 2 that are not hardened.
    [Theory]
    [InlineData(
        "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
        1,
        "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs")]
    [InlineData(
        "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM",
        2,
        "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334")]
    [InlineData(
        "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334",
        1000000000,
        "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76")]
    [InlineData(
        Master2,
        0,
        "xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9WQRUT3dKYnjwih2yJD9mkrocEZXo1ex8G81dwSM1fwqWpWkeS3v86pgKt")]
    [InlineData(
        "xprv9wSp6B7kry3Vj9m1zSnLvN3xH8RdsPP1Mh7fAaR7aRLcQMKTR2vidYEeEg2mUCTAwCd6vnxVrcjfy2kRgVsFawNzmjuHc2YmYRmagcEPdU9",
        1,
        "xprv9zFnWC6h2cLgpmSA46vutJzBcfJ8yaJGg8cX1e5StJh45BBciYTRXSd25UEPVuesF9yog62tGAQtHjXajPPdbRCHuWS6T8XA2ECKADdw4Ef")]
    [InlineData(
        "xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcxFLJ8HFsTjSyQbLYnMpCqE2VbFWc",
        2,
        "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j")]
    public void Children_are_those_of_BIP_32s_vectors(string parent, int index, string child)
    {
        byte[] node = new byte[Bip32.NodeSize];
        Bip32.TryChild(Node(parent), index, node).Should().BeTrue();
        node.Should().Equal(Node(child));
    }

    [Fact]
    public void A_hardened_child_is_not_made() =>
        FluentActions.Invoking(() => Bip32.TryChild(Node(Master1), int.MinValue, new byte[Bip32.NodeSize])).Should().Throw<ArgumentOutOfRangeException>();

    // BIP 32, "Serialization format": version, depth, fingerprint, index; chain code; a zero and the secret.
    private static byte[] Node(string extendedKey)
    {
        Base58Check.TryDecode(extendedKey, out byte[]? bytes, out string? why).Should().BeTrue(why);
        bytes.Should().HaveCount(78);
        return [.. bytes![46..], .. bytes[13..45]];
    }
}
