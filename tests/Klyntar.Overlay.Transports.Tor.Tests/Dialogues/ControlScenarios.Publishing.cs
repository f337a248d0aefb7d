using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

internal static partial class ControlScenarios
{
    private const string Waiting = "waiting for the descriptor's upload";

    private static Task PublishWithOptionsAsync(ControlStage stage) => PublishAsync(stage, Define(new TorServiceOptions
    {
        MaxStreams = 20,
        MaxStreamsCloseCircuit = true,
        Clients = new Dictionary<string, string>
        {
            ["alice"] = AuthorizedClients.PublicPart(X25519Key.Create().PublicKey),
            ["bob"] = AuthorizedClients.PublicPart(X25519Key.Create().PublicKey),
        },
        ProofOfWork = true,
        ProofOfWorkQueueRate = 100,
        ProofOfWorkQueueBurst = 500,
    }));

    private static Task PublishBySetConfAsync(ControlStage stage)
    {
        ClientKeyring keyring = CreateKeyring("alice");
        return PublishAsync(
            stage,
            Define(new TorServiceOptions { MaxStreams = 20, ProofOfWork = true }) with { TellVisitors = true },
            async (control, cancellationToken) => (await keyring.GiveAsync(control, cancellationToken)).Should().BeNull());
    }

    private static async Task PublishAsync(ControlStage stage, ServiceDefinition definition, Func<TorControlConnection, CancellationToken, Task>? onReconfigured = null)
    {
        var publisher = new TorPublisher(new TorServiceBuilder(new OwnDoors(stage.Folders, SocketEngine.Portable)), stage.Clock, stage.Logger)
        {
            OnReconfigured = onReconfigured ?? ((_, _) => Task.CompletedTask),
        };
        using var stop = new CancellationTokenSource();
        Task serving = Task.CompletedTask;
        try
        {
            await using TorControlConnection control = await stage.OpenAsync();
            await control.ExecuteAsync(ControlCommand.SetEvents(HsDescEvent.EventName), Ct);
            IPublishedService service = await PublishAsync(publisher.PublishAsync, definition);
            serving = publisher.ServeAsync(control, new TorTraits(), stop.Token);
            await EitherAsync(UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: Waiting }), serving);
            service.Notes.Should().NotContain(note => note.Contains("without proof of work", StringComparison.Ordinal));

            // Without a network no HS_DESC event comes.
            await EitherAsync(service.StopAsync(Ct).AsTask(), serving);

            // A service is withdrawn, too, by the connection's end, which this tells from the other.
            await control.GetInfoAsync([TorHeartbeat.UptimeKey], Ct);
        }
        finally
        {
            await stop.CancelAsync();
            await publisher.EndAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ExternalSessionAsync(ControlStage stage)
    {
        using var context = new TestTransportContext(stage.Clock) { Programs = new RealTor() };
        await using var transport = new TorTransport(new TorOptions { Control = stage.EndPoint, CookieFile = stage.Folders.Cookie, Socks = new IPEndPoint(IPAddress.Loopback, 1) });
        await transport.StartAsync(context, Ct);
        IPublishedService service = await PublishAsync(definition => transport.PublishAsync(definition, Ct), Define(null));
        Task interrupted = Task.Run(
            async () =>
            {
                TransportStatus status = await UntilAsync(transport.Status, s => s.ToString()!.Contains("The external tor at", StringComparison.Ordinal) || s.IsFinal);
                throw new ControlException(status.ToString()!);
            },
            Ct);
        await EitherAsync(UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: Waiting }), interrupted);
        await service.StopAsync(Ct);

        // A service is withdrawn, too, by the connection's end, which this tells from the other.
        IPublishedService next = await PublishAsync(definition => transport.PublishAsync(definition, Ct), Define(null));
        await EitherAsync(UntilAsync(next.Status, s => s is ServiceStatus.Publishing { What: Waiting }), interrupted);
        await transport.DisposeAsync();
        await interrupted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static ServiceDefinition Define(TorServiceOptions? options) => new() { Name = "test", Identity = TorIdentityFormat.Instance.Create(), Ports = [80, 443], Options = options };

    private static async Task<IPublishedService> PublishAsync(Func<ServiceDefinition, ValueTask<PublishResult>> publish, ServiceDefinition definition)
    {
        PublishResult result = await publish(definition);
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    // The session's end, where it comes first, is why.
    private static async Task EitherAsync(Task task, Task session) => await await Task.WhenAny(task, session);

    private static async Task<T> UntilAsync<T>(IStatus<T> source, Func<T, bool> condition)
        where T : class
    {
        await foreach (T status in source.WatchAsync(Ct))
        {
            if (condition(status))
            {
                return status;
            }
        }

        return source.Current;
    }
}
