using System.ComponentModel.DataAnnotations;
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

    [Fact]
    public void Over_an_overlay_the_local_network_is_not_told_of_anything()
    {
        ZeroNetOptions options = new() { Over = ["tor"], Lan = true };
        ValidationResult refusal = options.Validate(new ValidationContext(options)).Should().ContainSingle().Subject;
        refusal.MemberNames.Should().Equal(nameof(ZeroNetOptions.Lan));
        refusal.ErrorMessage.Should().Be("Broadcasts on the local network show this machine's address to everybody there, and no overlay carries them. Set lan to false, or clearnet to true in place of over.");

        options = new() { Clearnet = true, Lan = true };
        options.Validate(new ValidationContext(options)).Should().BeEmpty();
        new ZeroNetOptions().Lan.Should().BeFalse("others on the network learn which sites are here");
    }
}
