namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class SocksRepliesTests
{
    [Theory]
    [InlineData(0x01, DialErrorKind.Refused)]
    [InlineData(0x02, DialErrorKind.NotAllowed)]
    [InlineData(0x03, DialErrorKind.Unreachable)]
    [InlineData(0x04, DialErrorKind.NotFound)]
    [InlineData(0x05, DialErrorKind.PortClosed)]
    [InlineData(0x06, DialErrorKind.TimedOut)]
    [InlineData(0x07, DialErrorKind.ProtocolViolation)]
    [InlineData(0x08, DialErrorKind.ProtocolViolation)]
    [InlineData(0xF0, DialErrorKind.NotFound)]
    [InlineData(0xF1, DialErrorKind.InvalidDescriptor)]
    [InlineData(0xF2, DialErrorKind.Unreachable)]
    [InlineData(0xF3, DialErrorKind.Unreachable)]
    [InlineData(0xF4, DialErrorKind.AuthorizationMissing)]
    [InlineData(0xF5, DialErrorKind.AuthorizationWrong)]
    [InlineData(0xF6, DialErrorKind.InvalidAddress)]
    [InlineData(0xF7, DialErrorKind.TimedOut)]
    [InlineData(0xFF, DialErrorKind.ProtocolViolation)]
    public void Each_of_tors_codes_has_its_kind(byte code, DialErrorKind kind) => SocksReplies.ToDialErrorKind(code).Should().Be(kind);

    [Fact]
    public void Every_code_has_a_detail_that_names_it()
    {
        for (int code = 1; code <= 0xFF; code++)
        {
            SocksReplies.Detail((byte)code).Should().StartWith($"SOCKS reply {code:X2}");
        }
    }
}
