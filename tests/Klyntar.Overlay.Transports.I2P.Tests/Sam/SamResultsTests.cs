namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class SamResultsTests
{
    [Theory]
    [InlineData("CANT_REACH_PEER", DialErrorKind.Unreachable)]
    [InlineData("LEASESET_NOT_FOUND", DialErrorKind.NotFound)]
    [InlineData("PEER_NOT_FOUND", DialErrorKind.NotFound)]
    [InlineData("KEY_NOT_FOUND", DialErrorKind.NotFound)]
    [InlineData("INVALID_KEY", DialErrorKind.NotFound)]
    [InlineData("TIMEOUT", DialErrorKind.TimedOut)]
    [InlineData("I2P_ERROR", DialErrorKind.Unreachable)]
    [InlineData("INVALID_ID", DialErrorKind.Unreachable)]
    [InlineData("DUPLICATED_ID", DialErrorKind.ProtocolViolation)]
    [InlineData("ok", DialErrorKind.ProtocolViolation)]
    [InlineData("", DialErrorKind.ProtocolViolation)]
    public void A_result_has_one_meaning_for_a_dial(string word, DialErrorKind kind) =>
        SamResults.ToDialErrorKind(SamResults.Parse(word)).Should().Be(kind);

    [Fact]
    public void Every_result_is_a_sentence_of_its_own()
    {
        string[] sentences = [.. Enum.GetValues<SamResult>().Select(SamResults.Sentence)];
        sentences.Should().OnlyHaveUniqueItems().And.AllSatisfy(sentence => sentence.Should().EndWith("."));
    }

    [Fact]
    public void A_refusal_repeats_no_address_and_no_key()
    {
        SamMessage message = SamMessage.Parse($"SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"no {Vectors.Host} and {Vectors.PrivateKey} in stats.i2p\"", SamLimits.Default, out _)!;
        string text = SamException.Refused("SESSION CREATE", SamReply.From(message, "SESSION", "STATUS", out _)!).Message;
        text.Should().Be("The router refuses SESSION CREATE: something failed within it. It says: no ….i2p and ….");
    }
}
