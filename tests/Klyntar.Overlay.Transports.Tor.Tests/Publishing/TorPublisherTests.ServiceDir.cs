using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Services that tor keeps in its configuration, so that it tells visitors apart.</summary>
public sealed partial class TorPublisherTests
{
    private const string NoServices = "250 HiddenServiceOptions\r\n";
    private const string Taken = "waiting for the descriptor's upload";

    [Fact]
    public async Task A_service_that_tells_its_visitors_apart_is_set_in_tors_configuration_with_its_own_key()
    {
        string client = Base32.Encode(X25519Key.Create().PublicKey).ToUpperInvariant();
        var options = new TorServiceOptions
        {
            MaxStreams = 7,
            MaxStreamsCloseCircuit = true,
            ProofOfWork = true,
            ProofOfWorkQueueRate = 3,
            ProofOfWorkQueueBurst = 4,
            IntroductionRate = 5,
            IntroductionBurst = 6,
            Clients = new Dictionary<string, string> { ["alice"] = client },
        };
        IPublishedService service = await PublishToldAsync(options, 80, 443);
        await using Session session = await SessionAsync();
        (await _tor.AnswerAsync(NoServices)).Should().Be("GETCONF HiddenServiceOptions");
        string line = (await _tor.ReadLineAsync())!;
        line.Should().MatchRegex(
            $"^SETCONF HiddenServiceDir=\"{Regex.Escape(FolderOf(service))}\" HiddenServicePort=\"80 unix:{_folder.Path}/run/v[0-9]+\" HiddenServicePort=\"443 unix:\\S+\""
            + " HiddenServiceExportCircuitID=\"haproxy\" HiddenServiceMaxStreams=\"7\" HiddenServiceMaxStreamsCloseCircuit=\"1\" HiddenServiceEnableIntroDoSDefense=\"1\" HiddenServicePoWDefensesEnabled=\"1\""
            + " HiddenServiceEnableIntroDoSRatePerSec=\"5\" HiddenServiceEnableIntroDoSBurstPerSec=\"6\" HiddenServicePoWQueueRate=\"3\" HiddenServicePoWQueueBurst=\"4\"$");
        line.Should().NotContain(Key(service)[11..51]);
        string file = Path.Join(FolderOf(service), "hs_ed25519_secret_key");
        (await File.ReadAllBytesAsync(file, Ct)).Should().Equal(TorIdentityFormat.Instance.Export(service.Definition.Identity, "tor"));
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(FolderOf(service)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await File.ReadAllTextAsync(Path.Join(FolderOf(service), "authorized_clients", "0.auth"), Ct)).Should().Be($"descriptor:x25519:{client}\n");
        await TakeFolderAsync(service);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Taken });
        service.Notes.Should().Equal("visitors need a client key, which 1 client has");
    }

    [Fact]
    public async Task The_operators_own_services_and_those_of_the_gateway_stay_when_one_comes_or_goes()
    {
        const string Operators = "HiddenServiceDir=\"/home/\\303\\251/s\" HiddenServicePort=\"80 unix:\\\"/a b\\\"\"";
        IPublishedService first = await PublishToldAsync(null, 80);
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("250-HiddenServiceDir=/home/é/s\r\n250 HiddenServicePort=80 unix:\"/a b\"\r\n")));
        (await _tor.ReadLineAsync()).Should().StartWith($"SETCONF {Operators} HiddenServiceDir=\"{FolderOf(first)}\" ");
        await TakeFolderAsync(first);
        IPublishedService second = await PublishToldAsync(null, 81);
        (await _tor.ReadLineAsync()).Should().StartWith($"SETCONF {Operators} HiddenServiceDir=\"{FolderOf(first)}\" ").And.Contain($" HiddenServiceDir=\"{FolderOf(second)}\" ");
        await TakeFolderAsync(second);
        await UntilAsync(second, s => s is ServiceStatus.Publishing { What: Taken });

        Task stop = first.StopAsync(Ct).AsTask();
        (await _tor.AnswerAsync("250 OK\r\n")).Should().StartWith($"SETCONF {Operators} HiddenServiceDir=\"{FolderOf(second)}\" ").And.NotContain(FolderOf(first));
        await stop;
        Directory.Exists(FolderOf(first)).Should().BeFalse("a key that nobody reads is not left there");
        stop = second.StopAsync(Ct).AsTask();
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be($"SETCONF {Operators}");
        await stop;
    }

    [Fact]
    public async Task The_last_one_leaves_no_setting_behind()
    {
        IPublishedService service = await PublishToldAsync(null, 80);
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync(NoServices);
        await _tor.ReadLineAsync();
        await TakeFolderAsync(service);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Taken });
        Task stop = service.StopAsync(Ct).AsTask();
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("SETCONF HiddenServiceDir");
        await stop;
    }

    [Theory]
    [InlineData("513 Unacceptable option value: Failed to configure rendezvous options.")]
    [InlineData("552 Unrecognized option: Unknown option 'HiddenServiceExportCircuitID'.")]
    public async Task One_that_tor_refuses_takes_no_other_with_it(string refusal)
    {
        IPublishedService refused = await PublishToldAsync(null, 80);
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync(NoServices);
        await _tor.AnswerAsync(refusal + "\r\n");
        await UntilAsync(refused, s => s is ServiceStatus.Failed failed && failed.Why.Contains(refusal[..12], StringComparison.Ordinal));
        Directory.Exists(FolderOf(refused)).Should().BeFalse();
        IPublishedService next = await PublishToldAsync(null, 81);
        (await _tor.ReadLineAsync()).Should().StartWith($"SETCONF HiddenServiceDir=\"{FolderOf(next)}\" ").And.NotContain(FolderOf(refused));
        await TakeFolderAsync(next);
        await UntilAsync(next, s => s is ServiceStatus.Publishing { What: Taken });
    }

    [Fact]
    public async Task An_address_that_the_key_in_the_folder_does_not_make_is_withdrawn()
    {
        IPublishedService service = await PublishToldAsync(null, 80);
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync(NoServices);
        await _tor.ReadLineAsync();
        await File.WriteAllTextAsync(Path.Join(FolderOf(service), "hostname"), TorIdentityFormat.Instance.Create().Address + "\n", Ct);
        await _tor.SendAsync("250 OK\r\n");
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("SETCONF HiddenServiceDir");
        await UntilAsync(service, s => s is ServiceStatus.Failed);
        _log.Lines.Should().Contain(line => line.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_tried_again()
    {
        await File.WriteAllTextAsync(_folders.Services, "in the way", Ct);
        IPublishedService service = await PublishToldAsync(null, 80);
        await using Session session = await SessionAsync();
        await UntilAsync(service, s => s.ToString()!.Contains("it is asked again", StringComparison.Ordinal));
        session.HasEnded.Should().BeFalse();
        File.Delete(_folders.Services);
        await _clock.PassAsync(TimeSpan.FromSeconds(5));
        (await _tor.AnswerAsync(NoServices)).Should().Be("GETCONF HiddenServiceOptions");
    }

    [Fact]
    public async Task A_visitors_circuit_is_its_identity_and_its_first_bytes_are_its_own()
    {
        (IPublishedService service, string door, Session session) = await TakenAsync();
        await using Session _ = session;
        foreach (string rest in (string[])["", "hello"])
        {
            using EngineSocket socket = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct);
            foreach (byte one in Encoding.ASCII.GetBytes($"PROXY TCP6 fc00:dead:beef:4dad::1:23 ::1 35 80\r\n{rest}"))
            {
                await socket.SendAsync(new[] { one }, Ct);
            }

            await socket.SendAsync("world"u8.ToArray(), Ct);
            socket.ShutdownSend();
            Visitor visitor = (await service.AcceptAsync(Ct))!;
            visitor.Identity.Should().Be($"1.{65536 + 35}");
            visitor.Port.Should().Be(80);
            using var all = new MemoryStream();
            await visitor.Connection.Transport.Input.CopyToAsync(all, Ct);
            Encoding.ASCII.GetString(all.ToArray()).Should().Be(rest + "world");
            await visitor.Connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_comes_without_a_circuit_is_turned_away_and_holds_nobody_up()
    {
        (IPublishedService service, string door, Session session) = await TakenAsync();
        await using Session _ = session;
        using EngineSocket silent = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct);
        using EngineSocket wrong = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct);
        await wrong.SendAsync("GET / HTTP/1.1\r\n"u8.ToArray(), Ct);
        (await EndsAsync(wrong)).Should().BeTrue();
        using EngineSocket good = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct);
        await good.SendAsync("PROXY TCP6 fc00:dead:beef:4dad::0:1 ::1 1 80\r\n"u8.ToArray(), Ct);
        (await service.AcceptAsync(Ct))!.Identity.Should().Be("1.1");
        var rush = new List<EngineSocket>();
        for (int i = 0; i < TorService.MostUntold; i++)
        {
            rush.Add(await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct));
        }

        (await EndsAsync(silent)).Should().BeTrue("it has waited longest");
        rush.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task An_expelled_visitors_circuit_is_closed_unless_it_was_another_tors()
    {
        (IPublishedService service, string _, Session session) = await TakenAsync();
        await using Session __ = session;
        Task<bool> expelling = service.ExpelAsync("1.35", Ct).AsTask();
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("CLOSECIRCUIT 35");
        (await expelling).Should().BeTrue();
        expelling = service.ExpelAsync("1.36", Ct).AsTask();
        await _tor.AnswerAsync("552 Unknown circuit \"36\"\r\n");
        (await expelling).Should().BeFalse();
        (await service.ExpelAsync("2.35", Ct)).Should().BeFalse();
        (await service.ExpelAsync("35", Ct)).Should().BeFalse();
        expelling = service.ExpelAsync("1.37", Ct).AsTask();
        await _tor.ReadLineAsync();
        _tor.Close();
        (await expelling).Should().BeFalse("its circuits have ended with it");
    }

    private static async Task<bool> EndsAsync(EngineSocket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Ct) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private string FolderOf(IPublishedService service) => Path.Join(_folder.Path, "services", ServiceId(service));

    private async Task<IPublishedService> PublishToldAsync(TorServiceOptions? options, params int[] ports)
    {
        PublishResult result = await _publisher.PublishAsync(Define(ports) with { TellVisitors = true, Options = options });
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    // As tor does.
    private async Task TakeFolderAsync(IPublishedService service)
    {
        await File.WriteAllTextAsync(Path.Join(FolderOf(service), "hostname"), service.Definition.Identity.Address + "\n", Ct);
        await _tor.SendAsync("250 OK\r\n");
    }

    private async Task<(IPublishedService Service, string Door, Session Session)> TakenAsync()
    {
        IPublishedService service = await PublishToldAsync(null, 80);
        Session session = await SessionAsync();
        await _tor.AnswerAsync(NoServices);
        string door = ServiceDirDoor().Match((await _tor.ReadLineAsync())!).Groups["path"].Value;
        await TakeFolderAsync(service);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: Taken });
        return (service, door, session);
    }

    [GeneratedRegex("HiddenServicePort=\"80 unix:(?<path>[^\"]+)\"")]
    private static partial Regex ServiceDirDoor();
}
