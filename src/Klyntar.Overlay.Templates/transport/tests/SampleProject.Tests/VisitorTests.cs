using System.Net.Sockets;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Xunit;

namespace SampleNamespace.Tests;

/// <summary>What the kit cannot know: this overlay's own protocol.</summary>
public sealed class VisitorTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly WatchedClock _clock = new();
    private StartedTransport _started = null!;
    private IPublishedService _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _started = await StartedTransport.StartAsync(new SampleClassTransport(new SampleClassOptions { Folder = _folder.FullName }), new TestTransportContext(_clock), Stop);
        var definition = new ServiceDefinition { Name = "test", Identity = _started.Transport.Identities!.Create(), Ports = [80] };
        _service = (await _started.Transport.PublishAsync(definition, Stop)).Service!;
    }

    public async ValueTask DisposeAsync()
    {
        await _started.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_service_cannot_link_two_isolation_keys()
    {
        IsolationKey one = IsolationKey.Unique();
        string?[] names = [await NameAsync(one), await NameAsync(one), await NameAsync(IsolationKey.Unique()), await NameAsync(IsolationKey.Shared)];

        Assert.Equal(names[0], names[1]);
        Assert.Equal(3, names.Distinct().Count());
    }

    [Fact]
    public async Task Who_says_nothing_is_sent_away_in_time_and_holds_nobody_up()
    {
        await using EngineSocket silent = await ConnectAsync();
        await _clock.BegunAsync(new SampleClassOptions().HelloTimeout);
        Assert.NotNull(await NameAsync(IsolationKey.Shared));

        _clock.Advance(new SampleClassOptions().HelloTimeout);

        Assert.Equal(0, await silent.ReceiveAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task Who_says_something_else_is_sent_away()
    {
        await using EngineSocket stranger = await ConnectAsync();
        await stranger.SendAsync(new byte[17], Stop);

        Assert.Equal(0, await stranger.ReceiveAsync(new byte[1], Stop));
    }

    private async Task<string?> NameAsync(IsolationKey isolation)
    {
        DialResult dial = await _started.Transport.DialAsync(new DialRequest(_service.EndPoints[0]) { Isolation = isolation }, Stop);
        await using Microsoft.AspNetCore.Connections.ConnectionContext dialled = dial.Connection!;
        Visitor visitor = (await _service.AcceptAsync(Stop))!;
        await visitor.Connection.DisposeAsync();
        return visitor.Identity;
    }

    private ValueTask<EngineSocket> ConnectAsync() =>
        SocketEngine.Default.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(_folder.FullName, ((SampleClassEndPoint)_service.EndPoints[0]).SocketName)), null, Stop);
}
