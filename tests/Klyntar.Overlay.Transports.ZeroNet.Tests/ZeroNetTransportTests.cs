using System.Net;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetTransportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_the_ordinary_network_it_warns_of_what_is_seen_unless_that_is_a_network_for_trying(bool isTrial)
    {
        var options = new ZeroNetOptions { Clearnet = true, AllowPrivate = isTrial, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        await using StartedTransport started = await StartedTransport.StartAsync(new ZeroNetTransport(options), new TestTransportContext(), TestContext.Current.CancellationToken);
        string[] warnings = [.. started.Context.Log.Lines.Where(static line => line.Level >= LogLevel.Warning).Select(static line => line.Message)];
        warnings.Should().HaveCount(isTrial ? 0 : 1);
        string.Concat(warnings).Contains("trackers and peers see this machine's address", StringComparison.Ordinal).Should().Be(!isTrial);
    }
}
