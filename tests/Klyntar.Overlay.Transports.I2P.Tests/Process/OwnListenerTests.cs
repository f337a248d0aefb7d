using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class OwnListenerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whoever_listens_is_told_from_whoever_does_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endPoint = (IPEndPoint)listener.LocalEndpoint;

        OwnListener.IsOf(Environment.ProcessId, endPoint).Should().BeTrue();
        OwnListener.IsOf(1, endPoint).Should().BeFalse();
        OwnListener.IsOf(int.MaxValue, endPoint).Should().BeFalse();
        OwnListener.IsOf(Environment.ProcessId, new IPEndPoint(IPAddress.Parse("127.0.0.2"), endPoint.Port)).Should().BeFalse();
    }

    [Fact]
    public void A_chosen_place_is_free_with_the_port_below()
    {
        IPEndPoint chosen = OwnListener.Choose();
        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagram.Bind(new IPEndPoint(IPAddress.Loopback, chosen.Port - 1));
        using var listener = new TcpListener(chosen);
        listener.Start();
        OwnListener.Choose().Should().NotBe(chosen);
    }

    [Theory]
    [InlineData("usr/bin/i2pd", "usr/share")]
    [InlineData("usr/sbin/i2pd", "usr/share")]
    [InlineData("sbin/i2pd", "usr/share")]
    [InlineData("launch/i2pd", "usr/share")]
    [InlineData("opt/bin/i2pd", "opt/share")]
    public void Certificates_are_found_beside_the_program(string program, string share)
    {
        string certificates = Directory.CreateDirectory(_folder[$"{share}/i2pd/certificates/reseed"]).Parent!.FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[program])!);
        File.WriteAllText(_folder[program], "");

        I2pdCertificates.Find(_folder[program]).Should().Be(certificates);
        File.CreateSymbolicLink(Path.Join(Directory.CreateDirectory(_folder["link"]).FullName, "i2pd"), _folder[program]);
        I2pdCertificates.Find(_folder["link/i2pd"]).Should().Be(certificates);
        I2pdCertificates.Find(_folder["elsewhere/bin/i2pd"]).Should().BeNull();
    }
}
