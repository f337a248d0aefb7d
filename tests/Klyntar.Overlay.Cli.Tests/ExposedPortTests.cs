using CsCheck;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class ExposedPortTests
{
    [Theory]
    [InlineData("7332", 7332, "127.0.0.1:7332")]
    [InlineData("80:7332", 80, "127.0.0.1:7332")]
    [InlineData("80:127.0.0.1:7332", 80, "127.0.0.1:7332")]
    [InlineData("80:192.168.1.2:7332", 80, "192.168.1.2:7332")]
    [InlineData("80:[::1]:7332", 80, "[::1]:7332")]
    [InlineData("80:unix:/run/node.sock", 80, "unix:/run/node.sock")]
    [InlineData("80:abc.b32.i2p:7332", 80, "abc.b32.i2p:7332")]
    public void Each_form_is_read(string text, int port, string target)
    {
        ExposedPort exposed = ExposedPort.Parse(text);

        exposed.Port.Should().Be(port);
        EndPointText.Format(exposed.Target).Should().Be(target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("+80")]
    [InlineData(" 80")]
    [InlineData("80:")]
    [InlineData(":80")]
    [InlineData("80:0")]
    [InlineData("80:127.0.0.1")]
    [InlineData("80:127.0.0.1:0")]
    [InlineData("80:localhost:7332")]
    [InlineData("80:abc.b32.i2p")]
    [InlineData("80:abc.b32.i2p:0")]
    [InlineData("80:unix:relative")]
    public void Anything_else_is_refused_with_the_forms_there_are(string text)
    {
        Action parse = () => ExposedPort.Parse(text);

        parse.Should().Throw<OverlayException>().WithMessage($"--expose {text}: *{ExposedPort.Forms}.");
    }

    [Fact]
    public void An_option_that_there_is_not_is_taken_for_no_port()
    {
        Action parse = () => ExposedPort.Parse("--sock");

        parse.Should().Throw<OverlayException>().WithMessage("There is no option --sock.*up --help*");
    }

    [Fact]
    public void Any_text_is_a_port_or_a_fault_of_the_operator() => Gen.String.Sample(text =>
    {
        try
        {
            return ExposedPort.Parse(text).Port is > 0 and < 65536;
        }
        catch (OverlayException)
        {
            return true;
        }
    });
}
