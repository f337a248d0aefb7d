using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>An operator's own file of names.</summary>
public sealed class HostListTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LogCapture _log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Hosts => _folder["hosts.txt"];

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_changed_file_counts_at_once_and_a_lost_one_goes_on_counting()
    {
        Write($"node.i2p={Vectors.Destination}\n");
        HostList list = Open();
        (await list.FindAsync("node.i2p", Ct)).Should().Be(Vectors.Destination);
        (await list.FindAsync("other.i2p", Ct)).Should().BeNull();

        Write($"node.i2p={Vectors.DsaDestination}\nnonsense\n");
        (await list.FindAsync("node.i2p", Ct)).Should().Be(Vectors.DsaDestination);
        _log.Lines.Should().ContainSingle(line => line.Level == LogLevel.Warning).Which.Message.Should().Contain("the first being line 2");

        File.Delete(Hosts);
        (await list.FindAsync("node.i2p", Ct)).Should().Be(Vectors.DsaDestination);
        (await list.FindAsync("node.i2p", Ct)).Should().Be(Vectors.DsaDestination);
        _log.Lines.Count(line => line.Message.Contains("cannot be read any more", StringComparison.Ordinal)).Should().Be(1);

        Write($"back.i2p={Vectors.Destination}\n");
        (await list.FindAsync("back.i2p", Ct)).Should().Be(Vectors.Destination);
        (await list.FindAsync("node.i2p", Ct)).Should().BeNull();
    }

    [Fact]
    public void A_file_that_cannot_be_read_stops_the_start_with_a_sentence()
    {
        FluentActions.Invoking(Open).Should().Throw<OverlayException>().WithMessage("The host list *hosts.txt cannot be read: *Correct transports.i2p.hostList*");
        using (FileStream large = File.Create(Hosts))
        {
            large.SetLength(HostListText.MaxSize + 1);
        }

        FluentActions.Invoking(Open).Should().Throw<OverlayException>().WithMessage("*more than 8388608 bytes*");
    }

    [Fact]
    public async Task A_name_of_the_list_is_dialled_without_asking_the_routers_address_book()
    {
        Write($"node.i2p={Vectors.Destination}\n");
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, HostList = Hosts });
        await transport.StartAsync(context, Ct);
        await transport.DialAsync(new DialRequest(transport.Parse("NODE.i2p", 80).EndPoint!), Ct);
        (await bridge.HeardAsync("STREAM CONNECT")).Should().Contain($"DESTINATION={Vectors.Destination}");
        bridge.HasHeard("NAMING LOOKUP NAME=node.i2p").Should().BeFalse();
        (await transport.DialAsync(new DialRequest(transport.Parse("other.i2p", 80).EndPoint!), Ct)).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        bridge.HasHeard("NAMING LOOKUP NAME=other.i2p").Should().BeTrue();
        context.Log.Lines.Should().NotContain(line => line.Message.Contains("node.i2p"));
    }

    private HostList Open() => HostList.Open(Hosts, _log.CreateLogger("hosts"));

    private void Write(string text) => File.WriteAllText(Hosts, text);
}
