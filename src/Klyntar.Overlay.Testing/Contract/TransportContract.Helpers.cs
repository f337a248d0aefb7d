using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    private const string NoHelper = "The transport has no helper program, or the test class does not override KillHelperAsync.";

    /// <summary>The helper program may die at any moment: the same object, the same address, and visitors come again.</summary>
    [Fact]
    public async Task A_service_comes_back_by_itself_when_its_helper_dies()
    {
        Assert.SkipUnless(CanKillHelper, NoHelper);
        TransportPair pair = Own(new TransportPair(await StartAsync(), await StartAsync()));
        ContractHost host = await HostAsync(pair);
        Wire before = await ConnectAsync(pair, host);
        OverlayEndPoint endPoint = host.Service.EndPoints[0];
        Task<StreamEnd> ended = Wire.ReadToEndAsync(before.Dialled, Stop);

        await KillHelperAsync(pair.Publisher);
        await Within(ended, "Ending a connection whose helper has died");
        Wire after = await ConnectAsync(pair, host);
        await EchoOnceAsync(after);
        Assert.Equal(endPoint, host.Service.EndPoints[0]);
        await WaitForAsync(pair.Publisher.Transport.Status, status => status.IsReady, status => status.IsFinal, "ready again");
        await WaitForAsync(host.Service.Status, status => status.IsPublished, status => status.IsFinal, "published again");
    }

    /// <summary>The dialling side's helper may die as well.</summary>
    [Fact]
    public async Task Dials_go_through_again_when_the_helper_has_died()
    {
        Assert.SkipUnless(CanKillHelper, NoHelper);
        TransportPair pair = Own(new TransportPair(await StartAsync(), await StartAsync()));
        ContractHost host = await HostAsync(pair);
        await ConnectAsync(pair, host);
        await KillHelperAsync(pair.Dialler);
        await EchoOnceAsync(await ConnectAsync(pair, host));
        await WaitForAsync(pair.Dialler.Transport.Status, status => status.IsReady, status => status.IsFinal, "ready again");
    }

    /// <summary>Whoever looks at the status learns that a helper has died: nothing is called ready that is not.</summary>
    [Fact]
    public async Task The_status_tells_that_a_helper_has_died()
    {
        Assert.SkipUnless(CanKillHelper, NoHelper);
        StartedTransport started = Own(await StartAsync());
        IStatus<TransportStatus> transport = started.Transport.Status;

        // What a test class publishes on the far side of an overlay that is only dialled needs no helper.
        IStatus<ServiceStatus>? service = started.Transport.Capabilities.Publish
            ? (await HostAsync(PublishAsync(started.Transport, [NextPort()]))).Service.Status
            : null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Func<Task> transportChanged = await WatchedAsync(transport, status => status.IsReady, "transport");
        Func<Task> serviceChanged = service is null ? () => Task.CompletedTask : await WatchedAsync(service, status => status.IsPublished, "service");

        await KillHelperAsync(started);
        patience.CancelAfter(Limits.Patience);
        await Task.WhenAll(transportChanged(), serviceChanged());
        await WaitForAsync(transport, status => status.IsReady, status => status.IsFinal, "ready again");
        if (service is not null)
        {
            await WaitForAsync(service, status => status.IsPublished, status => status.IsFinal, "published again");
        }

        // Whoever comes late skips to the latest, which may be ready again: that a value follows tells of a change.
        async Task<Func<Task>> WatchedAsync<T>(IStatus<T> status, Func<T, bool> isWell, string what)
        {
            IAsyncEnumerator<T> values = status.WatchAsync(patience.Token).GetAsyncEnumerator(Stop);
            Assert.True(await values.MoveNextAsync() && isWell(values.Current), $"Nothing has happened to the {what} yet, but its status is: {status.Current}");
            return async () =>
            {
                await using (values)
                {
                    Assert.True(
                        await values.MoveNextAsync(),
                        $"The helper was ended, and for {Limits.Patience} the {what} went on saying: {status.Current}. It must say that it is degraded until the helper is back.");
                }
            };
        }
    }

    /// <summary>The end of a transport is the end of the programs that it has started.</summary>
    [Fact]
    public async Task No_helper_outlives_its_transport()
    {
        Assert.SkipUnless(CanKillHelper, NoHelper);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells by /proc which programs a transport has started.");
        var watch = new HelperWatch();
        TransportPair pair = Own(new TransportPair(await StartAsync(), await StartAsync()));
        await ConnectAsync(pair, await HostAsync(pair));
        Assert.SkipUnless(watch.Recognise(pair.Publisher.Context.Folder, pair.Dialler.Context.Folder), "The transport runs, and has started no program.");

        await Within(pair.Dialler.Transport.DisposeAsync(), "Disposing a transport");
        await Within(pair.Publisher.Transport.DisposeAsync(), "Disposing a transport");
        Deadline deadline = Deadline.After(Limits.Patience, TimeProvider.System);
        IReadOnlyList<string> left;
        while ((left = watch.Living()).Count > 0 && !deadline.IsOver)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        }

        Assert.True(left.Count == 0, $"Programs of the transport run on after it was disposed: {string.Join(", ", left)}. DisposeAsync must end them.");
    }
}
