using System.Globalization;
using System.Net;
using Klyntar.Overlay.Gateway.Tests;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A gateway that is a tracker of this machine's own network, and nothing else.</summary>
public sealed class LoopbackTracker : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private StartedTransport? _started;

    /// <summary>The tracker, as options name it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"zero://127.0.0.1:{_port}");

    public async ValueTask InitializeAsync() => _started = await StartedTransport.StartAsync(
        new ZeroNetTransport(new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Tracker = true, Listen = new IPEndPoint(IPAddress.Loopback, _port) }),
        new TestTransportContext(),
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}
