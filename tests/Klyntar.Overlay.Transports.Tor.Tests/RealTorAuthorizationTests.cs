using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Client authorisation and defences, as a real tor takes them. It touches no network: DisableNetwork 1.</summary>
public sealed class RealTorAuthorizationTests : IDisposable
{
    private const string Waiting = "waiting for the descriptor's upload";
    private const string View = "ONION_CLIENT_AUTH_VIEW";

    private readonly TestTransportContext _context = new(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = new RealTor() };
    private readonly string _onion = TorIdentityFormat.Instance.Create().Address;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _context.Dispose();

    [Fact]
    public async Task Every_tor_is_given_the_client_keys_also_after_kill_9()
    {
        await using TorTransport transport = Create(new TorOptions { ClientAuth = new Dictionary<string, string> { [_onion] = "alice" } });
        ClientKey key = transport.ClientKeys.Create();
        _context.ClientKeys.Create("alice", key.Secret);
        await transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync(transport, null);
        for (int run = 0; run < 2; run++)
        {
            await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Waiting });
            (await RealTor.AskAsync(_context.Folder, View)).Should().Contain($"CLIENT {_onion[..56]} {Encoding.ASCII.GetString(key.Secret)}\r\n");
            Task noticed = UntilAsync(service, s => s is ServiceStatus.Publishing { What: not Waiting });
            await RealTor.KillAsync(await RealTor.ProcessIdAsync(_context.Folder));
            await noticed;
        }

        transport.Notes.Should().Equal("has a client key for 1 service");
        string.Join('\n', _context.Log.Lines).Should().NotContain(Encoding.ASCII.GetString(key.Secret[7..20]));
    }

    [Fact]
    public async Task A_service_that_tells_its_visitors_apart_leaves_tor_the_client_keys_when_it_comes_and_when_it_goes()
    {
        await using TorTransport transport = Create(new TorOptions { ClientAuth = new Dictionary<string, string> { [_onion] = "alice" } });
        ClientKey key = transport.ClientKeys.Create();
        _context.ClientKeys.Create("alice", key.Secret);
        await transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync(transport, null, tellVisitors: true);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Waiting });
        (await RealTor.AskAsync(_context.Folder, View)).Should().Contain($"CLIENT {_onion[..56]} {Encoding.ASCII.GetString(key.Secret)}\r\n");

        await service.StopAsync(Ct);
        (await RealTor.AskAsync(_context.Folder, View)).Should().Contain($"CLIENT {_onion[..56]} {Encoding.ASCII.GetString(key.Secret)}\r\n");
    }

    [Fact]
    public async Task A_key_that_is_not_there_fails_the_start_with_what_to_do()
    {
        await using TorTransport transport = Create(new TorOptions { ClientAuth = new Dictionary<string, string> { [_onion] = "alice" } });
        (await transport.Invoking(t => t.StartAsync(_context, Ct)).Should().ThrowAsync<OverlayException>()).WithMessage("*no client key \"alice\"*keys auth new alice*");
        transport.Status.Current.Should().BeOfType<TransportStatus.Failed>();
    }

    [Fact]
    public async Task Tor_reads_the_file_that_we_export()
    {
        string folder = Directory.CreateDirectory(Path.Join(_context.Folder, "auth"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        await using TorTransport transport = Create(new TorOptions { Torrc = ["DisableNetwork 1", $"ClientOnionAuthDir {folder}"] });
        ClientKey key = transport.ClientKeys.Create();
        await File.WriteAllBytesAsync(Path.Join(folder, "alice.auth_private"), transport.ClientKeys.Export(key, _onion), Ct);
        await transport.StartAsync(_context, Ct);
        await UntilAsync(await PublishAsync(transport, null), s => s is ServiceStatus.Publishing { What: Waiting });

        (await RealTor.AskAsync(_context.Folder, View)).Should().Contain($"CLIENT {_onion[..56]} {Encoding.ASCII.GetString(key.Secret)}");
    }

    [Fact]
    public async Task Tor_takes_as_many_clients_as_a_service_may_have_and_every_other_option()
    {
        await using TorTransport transport = Create(new TorOptions());
        await transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync(transport, new TorServiceOptions
        {
            MaxStreams = 65_535,
            MaxStreamsCloseCircuit = true,
            Clients = Enumerable.Range(0, AuthorizedClients.Most).ToDictionary(i => $"c{i}", _ => AuthorizedClients.PublicPart(X25519Key.Create().PublicKey)),
            ProofOfWork = true,
            ProofOfWorkQueueRate = 1_000_000,
            ProofOfWorkQueueBurst = 1_000_000,
        });
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Waiting });
        service.Notes.Should().Equal("visitors need a client key, which 320 clients have");
    }

    [Theory]
    [InlineData(true, "1")]
    [InlineData(false, "0")]
    [InlineData(null, "auto")]
    public async Task Vanguards_are_what_was_asked_for(bool? wanted, string expected)
    {
        await using TorTransport transport = Create(new TorOptions { VanguardsLite = wanted });
        await transport.StartAsync(_context, Ct);
        await UntilAsync(await PublishAsync(transport, null), s => s is ServiceStatus.Publishing { What: Waiting });

        (await RealTor.AskAsync(_context.Folder, "GETCONF VanguardsLiteEnabled")).Should().Contain($"VanguardsLiteEnabled={expected}\r\n");
    }

    private static TorTransport Create(TorOptions options) => new(options.Torrc.Count > 0 ? options : options with { Torrc = ["DisableNetwork 1"] });

    private static async Task<IPublishedService> PublishAsync(TorTransport transport, TorServiceOptions? options, bool tellVisitors = false)
    {
        PublishResult result = await transport.PublishAsync(new ServiceDefinition { Name = "test", Identity = transport.Identities.Create(), Ports = [80], Options = options, TellVisitors = tellVisitors }, Ct);
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    private static async Task UntilAsync(IPublishedService service, Func<ServiceStatus, bool> condition)
    {
        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            if (condition(status))
            {
                return;
            }
        }

        Assert.Fail($"The status ended as: {service.Status.Current}");
    }
}
