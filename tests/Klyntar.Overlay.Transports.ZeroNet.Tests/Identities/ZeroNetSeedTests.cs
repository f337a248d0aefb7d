using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetSeedTests
{
    // Indices 0 and 90 are of ZeroNet's own tests and benchmark, the others of a second implementation.
    [Theory]
    [InlineData(KeyVectors.Seed, KeyVectors.Index0Wif, KeyVectors.Index0Address)]
    [InlineData(KeyVectors.Seed + ":0", KeyVectors.Index0Wif, KeyVectors.Index0Address)]
    [InlineData(KeyVectors.Seed + ":90", KeyVectors.Wif, KeyVectors.Address)]
    [InlineData(KeyVectors.Seed + ":1", "5JFErmQrdEXvbYmqrPhmv8dz4KSNWHB6gKWGhocu3hRvgXJkEkM", "1MpyeveG426LXn4KDMtuSF6YL4kEVSb9KX")]
    [InlineData(KeyVectors.Seed + ":99999999", "5K1kkvX8bEd3tYN3gG3BgQcKUE3rJwtWeov4mxG1GktbYCPtZWL", "1FeaH2fBW1XLA9T7evXmXEDi6AsGcTvxRE")]
    [InlineData(KeyVectors.Seed + ":100000000", KeyVectors.Index0Wif, KeyVectors.Index0Address)]
    [InlineData(KeyVectors.Seed + ":00000000000000000000000000000000090", KeyVectors.Wif, KeyVectors.Address)]
    [InlineData(
        KeyVectors.Seed + ":115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "5KFPCMmzdGZKtPTcCF6qsxQ7xruEs2KQ3RNiMcPcXp4cxtVr5dT",
        "17gymrC7qMBjH1Ksvi3214mSBkW6aKwjSV")]
    public void A_seed_and_an_index_make_the_key_that_they_make_on_ZeroNet(string text, string wif, string address)
    {
        ZeroNetSeed.IsClaimed(Encoding.ASCII.GetBytes(text)).Should().BeTrue();
        ZeroNetSeed.TryRead(Encoding.ASCII.GetBytes(text), out ZeroNetPrivateKey? key, out string? why).Should().BeTrue(why);
        Encoding.ASCII.GetString(key!.ToWif()).Should().Be(wif);
        key.Address.Text.Should().Be(address);
    }

    [Theory]
    [InlineData("", "0 characters before the index")]
    [InlineData("e180:7", "A seed is 64 hexadecimal digits, and this has 4 characters before the index.")]
    [InlineData(KeyVectors.Seed + "0", "this has 65 characters")]
    [InlineData(":" + KeyVectors.Seed, "this has 0 characters")]
    [InlineData("g180efa477c63b0f2757eac7b1cce781877177fe0966be62754ffd4c8592ce38", "64 hexadecimal digits")]
    [InlineData("E180EFA477C63B0F2757EAC7B1CCE781877177FE0966BE62754FFD4C8592CE38", "has capital letters")]
    [InlineData(KeyVectors.Seed + ":", "a decimal number of at most 100 digits")]
    [InlineData(KeyVectors.Seed + ":-1", "a decimal number")]
    [InlineData(KeyVectors.Seed + ":1:2", "a decimal number")]
    [InlineData(KeyVectors.Seed + ":0x10", "a decimal number")]
    [InlineData(KeyVectors.Seed + ": 1", "a decimal number")]
    [InlineData(KeyVectors.Seed + ":00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001", "at most 100 digits")]
    public void What_is_no_seed_with_an_index_is_refused_with_the_reason(string text, string reason)
    {
        ZeroNetSeed.TryRead(Encoding.ASCII.GetBytes(text), out ZeroNetPrivateKey? key, out string? why).Should().BeFalse();
        key.Should().BeNull();
        why.Should().Contain(reason).And.EndWith(".").And.NotContain("e180efa4");
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":1")]
    [InlineData(KeyVectors.Wif)]
    [InlineData(KeyVectors.Address)]
    [InlineData(KeyVectors.Seed + " 1")]
    public void What_is_not_meant_as_a_seed_is_not_taken_for_one(string text) => ZeroNetSeed.IsClaimed(Encoding.ASCII.GetBytes(text)).Should().BeFalse();

    [Fact]
    public void Any_bytes_give_an_answer()
    {
        byte[] seed = Encoding.ASCII.GetBytes(KeyVectors.Seed);
        Gen.Select(Gen.Int[0, 64], Gen.Byte.Array[0, 120]).Sample((head, tail) =>
        {
            byte[] text = [.. seed.AsSpan(0, head), .. tail];
            ZeroNetSeed.IsClaimed(text);
            ZeroNetSeed.TryRead(text, out ZeroNetPrivateKey? key, out string? why).Should().Be(key is not null && why is null);
        });
        Gen.String[Gen.Char["0123456789:"], 0, 110].Sample(
            tail => ZeroNetSeed.TryRead([.. seed, (byte)':', .. Encoding.ASCII.GetBytes(tail)], out _, out string? why)
                .Should().Be(tail.Length is >= 1 and <= 100 && !tail.Contains(':'), why),
            iter: 50);
    }
}
