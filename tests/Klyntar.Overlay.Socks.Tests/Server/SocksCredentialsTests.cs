namespace Klyntar.Overlay.Socks.Tests;

public class SocksCredentialsTests
{
    [Fact]
    public void Any_of_several_pairs_is_accepted_and_no_mixture()
    {
        var credentials = new SocksCredentials((Bytes("alice"), Bytes("one")), (Bytes("bob"), Bytes("two")));

        credentials.Accept("alice"u8, "one"u8).Should().BeTrue();
        credentials.Accept("bob"u8, "two"u8).Should().BeTrue();
        credentials.Accept("alice"u8, "two"u8).Should().BeFalse();
        credentials.Accept("aliceo"u8, "ne"u8).Should().BeFalse();
        credentials.Accept(default, default).Should().BeFalse();
        credentials.Accept(new byte[256], default).Should().BeFalse();
    }

    [Fact]
    public void Pairs_that_no_client_can_send_are_bugs()
    {
        Action none = () => _ = new SocksCredentials();
        Action empty = () => _ = new SocksCredentials((default, default));
        Action tooLong = () => _ = new SocksCredentials((new byte[256], Bytes("x")));

        none.Should().Throw<ArgumentException>();
        empty.Should().Throw<ArgumentException>();
        tooLong.Should().Throw<ArgumentException>();
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Wire.Text(text);
}
