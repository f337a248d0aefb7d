using System.Buffers;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class CircuitHeaderTests
{
    // As tor 0.4.9.11 wrote it.
    private const string OfTor = "PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 35 80\r\n";

    [Theory]
    [InlineData(OfTor, 35u)]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::ffff:ffff ::1 65535 65535\r\n", uint.MaxValue)]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::1:0 ::1 0 9999\r\n", 65536u)]
    public void The_circuits_number_is_in_the_source_address(string line, uint number)
    {
        Read(line + "GET / HTTP/1.1\r\n", out uint circuit, out int length).Should().Be(OperationStatus.Done);
        circuit.Should().Be(number);
        length.Should().Be(line.Length);
    }

    [Fact]
    public void Every_beginning_of_the_line_needs_more()
    {
        for (int i = 0; i < OfTor.Length; i++)
        {
            Read(OfTor[..i], out _, out _).Should().Be(OperationStatus.NeedMoreData, "{0} bytes are not the whole line", i);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY TCP4 127.0.0.1 127.0.0.1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dac::0:23 ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:10000 ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::123456789:1 ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0 ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::: ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:-1 ::1 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::2 35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 35\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 65536 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 +35 80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 35 80 \r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 35  80\r\n")]
    [InlineData("PROXY TCP6 fc00:dead:beef:4dad::0:23 ::1 35 80\n")]
    [InlineData("proxy TCP6 fc00:dead:beef:4dad::0:23 ::1 35 80\r\n")]
    public void Anything_else_is_refused_as_soon_as_it_shows(string line)
    {
        Read(line.PadRight(CircuitHeader.MaxLength, 'x'), out uint circuit, out int length).Should().Be(OperationStatus.InvalidData);
        circuit.Should().Be(0);
        length.Should().Be(0);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("7", null)]
    [InlineData("1.2.3", null)]
    [InlineData("-1.2", null)]
    [InlineData("1.4294967296", null)]
    [InlineData("3.4294967295", "3.4294967295")]
    public void A_visitors_identity_is_read_as_it_was_written(string text, string? read)
    {
        VisitorCircuit.TryParse(text)?.ToString().Should().Be(read);
    }

    private static OperationStatus Read(string text, out uint circuit, out int length) => CircuitHeader.TryRead(Encoding.ASCII.GetBytes(text), out circuit, out length);
}
