using System.Collections.Concurrent;
using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Klyntar.Overlay.Testing;

/// <summary>
/// Every promise of <see cref="ITransport"/> as a test. Derive it in the transport's test project, say how to make the transport,
/// and each promise is run against it; what <see cref="ITransport.Capabilities"/> declares decides what is demanded.
/// </summary>
/// <remarks>
/// xunit makes an instance for each test. Where a network is costly to start, start it in a class or assembly fixture and
/// override <see cref="GetPairAsync"/> and <see cref="ReturnPairAsync"/> to lend it; tests that end a transport make their own
/// by <see cref="CreateTransport"/>. The clock of the contexts must run: the contract waits for real events, with generous caps.
/// </remarks>
/// <example>
/// <code>
/// public sealed class MyTransportContractTests : TransportContract
/// {
///     protected override ITransport CreateTransport() => new MyTransport(new MyOptions());
/// }
/// </code>
/// </example>
public abstract partial class TransportContract : IAsyncLifetime
{
    private static int s_lastPort = 20_000;

    private readonly ConcurrentStack<IAsyncDisposable> _owned = new();

    /// <summary>How long to wait and how much to move.</summary>
    protected virtual ContractLimits Limits { get; } = new();

    /// <summary>
    /// Whether a mistyped address is told from a valid one: every single wrong, missing, added or swapped character, save for the luck that a checksum of 16 bits leaves.
    /// Fewer than one slip in 4096 may pass for another address, so a hash of one byte, which lets one in 256 through, is too weak. Where false, the test of damaged addresses is skipped.
    /// </summary>
    protected virtual bool AddressesHaveChecksums => true;

    /// <summary>Whether an address means the same in upper and lower case, as names should: programs of the web write them in lower case. Where false, the overlay's own addresses differ in it.</summary>
    protected virtual bool AddressesIgnoreCase => true;

    /// <summary>Names that belong to others and must not be claimed.</summary>
    protected virtual ImmutableArray<string> ForeignHosts { get; } = ["example.com", "www.example.com", "localhost", "127.0.0.1", "::1", "[::1]", "com", "a", "", ".", "..", "*", "_"];

    /// <summary>Queries that the overlay knows behind its names (<see cref="ITransport.Parse(string, int, string)"/>).</summary>
    protected virtual ImmutableArray<string> Queries => [];

    /// <summary>Whether <see cref="KillHelperAsync"/> works. Where false, the tests of restarts are skipped.</summary>
    protected virtual bool CanKillHelper => false;

    /// <summary>Stops waiting when the test is cancelled.</summary>
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Where a context writes its log besides keeping it: the output of the test that runs; null outside tests.</summary>
    protected static Action<string>? LogOutput => TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null;

    /// <summary>Makes a transport on the network under test: new, not started, with keys and folder of its own.</summary>
    protected abstract ITransport CreateTransport();

    /// <summary>Makes the context that a transport is started in. Override to give it helper programs or features; a program whose absolute path the transport's options name needs neither.</summary>
    /// <example>
    /// <code>
    /// protected override TestTransportContext CreateContext() => new(output: LogOutput) { Programs = new MyPrograms() };
    /// </code>
    /// </example>
    protected virtual TestTransportContext CreateContext() => new(output: LogOutput);

    /// <summary>Lends two running transports of one network to a test. Makes new ones unless overridden.</summary>
    protected virtual async ValueTask<TransportPair> GetPairAsync()
    {
        StartedTransport publisher = await StartAsync().ConfigureAwait(false);
        try
        {
            return new TransportPair(publisher, await StartAsync().ConfigureAwait(false));
        }
        catch
        {
            await publisher.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes a pair back. Disposes it unless overridden.</summary>
    /// <param name="pair">What <see cref="GetPairAsync"/> lent.</param>
    protected virtual ValueTask ReturnPairAsync(TransportPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.DisposeAsync();
    }

    /// <summary>Publishes a service under a new identity. Override where the overlay is only dialled and something else must listen on its far side.</summary>
    /// <param name="publisher">The transport that publishes.</param>
    /// <param name="ports">The virtual ports.</param>
    protected virtual ValueTask<PublishResult> PublishAsync(ITransport publisher, ImmutableArray<int> ports)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        Assert.SkipWhen(publisher.Identities is null, "The overlay is only dialled, and the test class does not override PublishAsync.");
        return publisher.PublishAsync(Define(publisher.Identities.Create(), ports.AsSpan()), Stop);
    }

    /// <summary>Gives a valid end point at which nothing was ever published. Override where the overlay is only dialled.</summary>
    /// <param name="transport">The transport that will dial it.</param>
    protected virtual OverlayEndPoint CreateUnpublishedEndPoint(ITransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        Assert.SkipWhen(transport.Identities is null, "The overlay is only dialled, and the test class does not override CreateUnpublishedEndPoint.");
        OverlayEndPoint? endPoint = transport.Parse(transport.Identities.Create().Address, NextPort()).EndPoint;
        Assert.True(endPoint is not null, "The address of a new identity must parse.");
        return endPoint;
    }

    /// <summary>Ends the helper program of a running transport as a crash would. Returns at once; the transport must come back by itself.</summary>
    /// <param name="started">The transport, and the context whose folder may tell which process is its helper.</param>
    protected virtual ValueTask KillHelperAsync(StartedTransport started) => throw new NotSupportedException("Override KillHelperAsync together with CanKillHelper.");

    /// <summary>Says which circuit or session a dialled connection takes, so that isolation can be seen.</summary>
    /// <param name="dialler">The transport that dialled, and its context.</param>
    /// <param name="dialled">The connection.</param>
    /// <returns>The same text for connections on one path; null where it cannot be seen, which skips the test of isolation.</returns>
    protected virtual ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled) => ValueTask.FromResult<string?>(null);

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        List<Exception> failures = [];
        while (_owned.TryPop(out IAsyncDisposable? owned))
        {
            try
            {
                await Within(owned.DisposeAsync(), $"Disposing {owned.GetType().Name}").ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    /// <summary>A port that no other test uses: high, and outside what systems give to outgoing connections.</summary>
    protected static int NextPort() => 20_000 + ((Interlocked.Increment(ref s_lastPort) - 20_000) % 10_000);

    /// <summary>Starts a new transport in a new context and waits until it is ready. The caller disposes it.</summary>
    protected async Task<StartedTransport> StartAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience);
        return await StartedTransport.StartAsync(CreateTransport(), CreateContext(), patience.Token).ConfigureAwait(false);
    }

    private async Task<TransportPair> PairAsync()
    {
        TransportPair pair = await GetPairAsync().ConfigureAwait(false);
        _owned.Push(new Returned(this, pair));
        return pair;
    }

    private T Own<T>(T disposable)
        where T : IAsyncDisposable
    {
        _owned.Push(disposable);
        return disposable;
    }

    private ITransport NewTransport() => Own(CreateTransport());

    private static ServiceDefinition Define(Identity identity, params ReadOnlySpan<int> ports) => new()
    {
        Name = "contract",
        Identity = identity,
        Ports = [.. ports],
    };

    private static IIdentityFormat IdentitiesOf(ITransport transport)
    {
        Assert.SkipWhen(transport.Identities is null, "The overlay is only dialled: it has no identities.");
        return transport.Identities;
    }

    /// <summary>Publishes a service under a new identity, on one port unless told, and waits until it is published.</summary>
    private async Task<ContractHost> HostAsync(TransportPair pair, int ports = 1) =>
        await HostAsync(PublishAsync(pair.Publisher.Transport, [.. Enumerable.Range(0, ports).Select(_ => NextPort())])).ConfigureAwait(false);

    /// <summary>A service on one port, for tests that leave it as it was: a publisher that is lent to several tests keeps it, since publishing takes long.</summary>
    private Task<ContractHost> SharedHostAsync(TransportPair pair) =>
        pair.Publisher.KeepHostAsync(() => PublishedAsync(PublishAsync(pair.Publisher.Transport, [NextPort()])));

    private async Task<ContractHost> HostAsync(TransportPair pair, ServiceDefinition definition) =>
        await HostAsync(pair.Publisher.Transport.PublishAsync(definition, Stop)).ConfigureAwait(false);

    private async Task<ContractHost> HostAsync(ValueTask<PublishResult> publication) => Own(await PublishedAsync(publication).ConfigureAwait(false));

    private async Task<ContractHost> PublishedAsync(ValueTask<PublishResult> publication)
    {
        PublishResult result = await Within(publication, "Publishing").ConfigureAwait(false);
        Assert.True(result.IsAccepted, $"A valid definition must be accepted, but: {result.Error}");
        var host = new ContractHost(result.Service!, Limits.Patience);
        try
        {
            await WaitForAsync(host.Service.Status, status => status.IsPublished, status => status.IsFinal, "published").ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects to a service, trying again where the overlay asks for it.</summary>
    private async Task<Wire> ConnectAsync(TransportPair pair, ContractHost host, int index = 0, IsolationKey isolation = default, string? dialAs = null)
    {
        Task<Wire> connecting = host.ConnectAsync(pair.Dialler, index, isolation, dialAs, Stop);
        await Within(connecting, "Connecting to a published service", () => host.Progress).ConfigureAwait(false);
        return Own(await connecting.ConfigureAwait(false));
    }

    private static DialRequest Request(StartedTransport dialler, OverlayEndPoint endPoint, TimeSpan span) =>
        new(endPoint) { Deadline = Deadline.After(span, dialler.Context.Clock) };

    private async Task WaitForAsync<T>(IStatus<T> status, Func<T, bool> isAwaited, Func<T, bool> isFinal, string what)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience);
        await foreach (T value in status.WatchAsync(patience.Token).ConfigureAwait(false))
        {
            if (isAwaited(value))
            {
                return;
            }

            Assert.False(isFinal(value), $"It must become {what}, but its status ended with: {value}");
        }

        Assert.Fail($"It must become {what} within {Limits.Patience}, but its status is: {status.Current}");
    }

    private async Task<T> Within<T>(Task<T> task, string what)
    {
        await Within((Task)task, what).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    private Task<T> Within<T>(ValueTask<T> task, string what) => Within(task.AsTask(), what);

    private Task Within(ValueTask task, string what) => Within(task.AsTask(), what);

    /// <param name="task">What is awaited.</param>
    /// <param name="what">What it is, for the failure.</param>
    /// <param name="why">What is known of the cause once it has taken too long, as sentences; or null.</param>
    private async Task Within(Task task, string what, Func<string>? why = null)
    {
        try
        {
            await task.WaitAsync(Limits.Patience).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"{what} must not take longer than {Limits.Patience}.{(why is null ? "" : $" {why()}")}");
        }
    }

    private sealed class Returned(TransportContract contract, TransportPair pair) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => contract.ReturnPairAsync(pair);
    }
}
