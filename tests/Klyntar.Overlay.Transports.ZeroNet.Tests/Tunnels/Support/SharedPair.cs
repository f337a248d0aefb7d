namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Two gateways with a connection that carries streams.</summary>
internal sealed class SharedPair : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public SharedPair(TimeProvider? clock = null)
    {
        (Dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        Serving = SharedTunnel.ServeAsync(StreamOf(accepted), () => HasService ? Service : null, Visitor, clock ?? TimeProvider.System, _stop.Token);
        Tunnel = SharedTunnel.Over(StreamOf(Dialled), clock ?? TimeProvider.System);
    }

    public static ZeroNetAddress Visitor { get; } = ZeroNetPrivateKey.Create().Address;

    public MemoryEnd Dialled { get; }

    public FakeService Service { get; set; } = new();

    /// <summary>Whether the service is published.</summary>
    public bool HasService { get; set; } = true;

    public SharedTunnel Tunnel { get; }

    /// <summary>Ends with the connection on the service's side.</summary>
    public Task Serving { get; }

    /// <summary>A connection as a stream.</summary>
    public static PeerStream StreamOf(MemoryEnd end) => new(new PeerChannel(end));

    /// <summary>A stream, as both sides have it.</summary>
    public async Task<(TunnelConnection Ours, TunnelConnection Theirs)> OpenAsync(int port = 80)
    {
        (TunnelConnection? ours, string? refusal) = await Tunnel.OpenAsync(port, TestContext.Current.CancellationToken).Soon();
        refusal.Should().BeNull();
        (TunnelConnection theirs, int visited, ZeroNetAddress visitor) = await Service.VisitorAsync();
        (visited, visitor).Should().Be((port, Visitor));
        return (ours!, theirs);
    }

    /// <summary>Awaits that so many streams are open on the dialler's side.</summary>
    public async Task AreOpenAsync(int streams)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        while (Tunnel.Open != streams)
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Tunnel.DisposeAsync();
        await Serving.Soon();
        _stop.Dispose();
    }
}
