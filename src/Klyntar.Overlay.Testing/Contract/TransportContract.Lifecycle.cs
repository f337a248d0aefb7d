using System.Runtime.CompilerServices;
using Klyntar.Overlay.Identities;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>Whoever watches sees the way to ready, and the end.</summary>
    [Fact]
    public async Task The_status_starts_with_the_present_reaches_ready_and_ends_with_stopped()
    {
        ITransport transport = NewTransport();
        using TestTransportContext context = CreateContext();
        Task<List<TransportStatus>> watching = WatchAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience);
        await transport.StartAsync(context, patience.Token);
        await WaitForAsync(transport.Status, status => status.IsReady, status => status.IsFinal, "ready");
        await Within(transport.DisposeAsync(), "Disposing a transport");
        List<TransportStatus> seen = await Within(watching, "Ending the status of a disposed transport");

        Assert.Equal(TransportStatus.NotStarted, seen[0]);
        Assert.Equal(TransportStatus.Stopped, seen[^1]);
        Assert.Equal(TransportStatus.Stopped, transport.Status.Current);
        double last = 0;
        bool wasReady = false;
        foreach (TransportStatus status in seen)
        {
            wasReady |= status.IsReady;
            Assert.False(status is TransportStatus.Degraded, $"A start without faults is not degraded, but was seen as: {status}");
            if (status is TransportStatus.Starting starting)
            {
                Assert.False(wasReady, "A transport starts once; afterwards it is degraded.");
                Assert.InRange(starting.Progress, last, 1);
                Assert.False(string.IsNullOrWhiteSpace(starting.What), "What is being done is said in a phrase.");
                last = starting.Progress;
            }
        }

        async Task<List<TransportStatus>> WatchAsync()
        {
            List<TransportStatus> all = [];
            await foreach (TransportStatus status in transport.Status.WatchAsync(Stop).ConfigureAwait(false))
            {
                all.Add(status);
            }

            return all;
        }
    }

    /// <summary>A start that is given up leaves a transport that can be disposed.</summary>
    [Fact]
    public async Task A_start_that_is_given_up_ends_in_OperationCanceledException_and_can_be_disposed()
    {
        ITransport transport = NewTransport();
        using TestTransportContext context = CreateContext();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Within(transport.StartAsync(context, new CancellationToken(canceled: true)), "A cancelled start"));
        await Within(transport.DisposeAsync(), "Disposing a transport whose start was given up");
    }

    /// <summary>A transport that was never started is disposed like any other.</summary>
    [Fact]
    public async Task A_transport_that_was_never_started_can_be_disposed_twice()
    {
        ITransport transport = CreateTransport();
        await Within(transport.DisposeAsync(), "Disposing a transport that was never started");
        await Within(transport.DisposeAsync(), "Disposing a transport again");
        Assert.Equal(TransportStatus.Stopped, transport.Status.Current);
    }

    /// <summary>After the end, dials and publications are answered, not thrown.</summary>
    [Fact]
    public async Task After_the_end_dials_and_publications_fail_as_values()
    {
        StartedTransport started = Own(await StartAsync());
        ITransport transport = started.Transport;
        OverlayEndPoint endPoint = CreateUnpublishedEndPoint(transport);
        await Within(transport.DisposeAsync(), "Disposing a transport");
        await Within(transport.DisposeAsync(), "Disposing a transport again");

        DialResult dial = await Within(transport.DialAsync(Request(started, endPoint, Limits.Patience), Stop), "A dial after the end");
        Assert.Equal(DialErrorKind.TransportFailed, dial.Error?.Kind);
        Identity identity = transport.Identities?.Create() ?? new Identity(transport.Name, "a.another", [1]);
        PublishResult publication = await Within(transport.PublishAsync(Define(identity, NextPort()), Stop), "A publication after the end");
        Assert.True(
            publication.Error is { Kind: PublishErrorKind.TransportFailed } || (publication.Error is { Kind: PublishErrorKind.NotSupported } && !transport.Capabilities.Publish),
            $"A publication after the end is refused with {PublishErrorKind.TransportFailed}, but: {publication.Error?.ToString() ?? "accepted"}");
        await Within(transport.WarmAsync([endPoint], IsolationKey.Shared, Stop), "Warming after the end");
    }

    /// <summary>The end of a transport ends whatever waits for it.</summary>
    [Fact]
    public async Task Disposing_ends_dials_and_accepts_under_way()
    {
        // Before the start every dial waits.
        ITransport waiting = NewTransport();
        OverlayEndPoint endPoint = CreateUnpublishedEndPoint(waiting);
        Task<DialResult>[] dials = [.. Enumerable.Range(0, 8).Select(_ => ValueOf(waiting.DialAsync(new DialRequest(endPoint), Stop)))];
        Assert.All(dials, dial => Assert.False(dial.IsCompleted, "A dial before the start waits."));
        await Within(waiting.DisposeAsync(), "Disposing a transport with dials under way");
        foreach (Task<DialResult> dial in dials)
        {
            DialResult result = await Within(dial, "A dial whose transport was disposed");
            Assert.Equal(DialErrorKind.TransportFailed, result.Error?.Kind);
        }

        StartedTransport started = Own(await StartAsync());
        if (started.Transport.Identities is { } identities)
        {
            PublishResult result = await Within(started.Transport.PublishAsync(Define(identities.Create(), NextPort()), Stop), "Publishing");
            Assert.True(result.IsAccepted, $"A valid definition must be accepted, but: {result.Error}");
            Task<Visitor?> accept = result.Service.AcceptAsync(Stop).AsTask();
            await Within(started.Transport.DisposeAsync(), "Disposing a transport with an accept under way");
            Assert.Null(await Within(accept, "An accept whose transport was disposed"));
            Assert.Equal(ServiceStatus.Stopped, result.Service.Status.Current);
            await Within(result.Service.DisposeAsync(), "Disposing a service after its transport");
        }
    }

    /// <summary>No task, timer or table keeps a transport after its end, and no task's failure is lost.</summary>
    [Fact]
    public async Task Nothing_of_a_disposed_transport_is_left_behind()
    {
        List<Exception> lost = [];
        string name = "";
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (lost)
            {
                lost.Add(e.Exception);
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            WeakReference transport = await LiveAndDieAsync();
            Deadline deadline = Deadline.After(Limits.Patience, TimeProvider.System);
            while (transport.IsAlive && !deadline.IsOver)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Stop);
            }

            Assert.False(transport.IsAlive, "Something still holds the transport after it was disposed: a task that never ends, a timer, a table, or the test class itself, such as a list of what CreateTransport made.");
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        lock (lost)
        {
            // Other tests run at the same time: only failures that passed through this transport count.
            Assert.DoesNotContain(lost, e => e.ToString().Contains(name, StringComparison.Ordinal));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        async Task<WeakReference> LiveAndDieAsync()
        {
            ITransport transport = CreateTransport();

            // As stack traces write it.
            name = transport.GetType().FullName!.Replace('+', '.');
            await using (StartedTransport started = await StartedTransport.StartAsync(transport, CreateContext(), Stop))
            {
                OverlayEndPoint endPoint = CreateUnpublishedEndPoint(transport);
                using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                Task<DialResult> dial = transport.DialAsync(Request(started, endPoint, Limits.Patience), giveUp.Token).AsTask();
                if (transport.Capabilities.Publish)
                {
                    PublishResult result = await transport.PublishAsync(Define(transport.Identities!.Create(), NextPort()), Stop);
                    Task<Visitor?> accept = result.Service!.AcceptAsync(Stop).AsTask();
                    await result.Service.StopAsync(Stop);
                    await accept;
                }

                await giveUp.CancelAsync();
                await Within(dial, "A dial that was given up");
            }

            return new WeakReference(transport);
        }
    }

    private async Task EchoOnceAsync(Wire wire)
    {
        byte[] bytes = Wire.Bytes(4, 1000);
        await Within(Wire.WriteAsync(wire.Dialled, bytes, Stop), "Writing to a visitor");
        Assert.Equal(bytes, await Within(Wire.ReadAsync(wire.Accepted, bytes.Length, Stop), "Reading from a dialler"));
        await Within(Wire.WriteAsync(wire.Accepted, bytes, Stop), "Writing to a dialler");
        Assert.Equal(bytes, await Within(Wire.ReadAsync(wire.Dialled, bytes.Length, Stop), "Reading from a visitor"));
    }
}
