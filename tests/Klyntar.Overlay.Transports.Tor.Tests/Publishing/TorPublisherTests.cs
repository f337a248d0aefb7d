using System.Net.Sockets;
using System.Text.RegularExpressions;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The publisher against a tor that the test plays, well-behaved or hostile.</summary>
public sealed partial class TorPublisherTests : IAsyncDisposable
{
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly TempFolder _folder = new();
    private readonly WatchedClock _clock = new();
    private readonly LogCapture _log = new();
    private readonly TorFolders _folders;
    private readonly TorPublisher _publisher;

    public TorPublisherTests()
    {
        _folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);
        _publisher = new TorPublisher(new TorServiceBuilder(new OwnDoors(_folders, SocketEngine.Portable)), _clock, _log.CreateLogger("tor"));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _publisher.EndAsync();
        _folders.Dispose();
        _folder.Dispose();
        await _tor.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task A_service_is_handed_to_tor_with_its_own_key_and_a_door_for_each_port()
    {
        IPublishedService service = await PublishAsync(80, 443);
        service.EndPoints.Select(e => e.Port).Should().Equal(80, 443);
        service.EndPoints.Select(e => e.Host).Should().AllBe(service.Definition.Identity.Address);
        await using Session session = await SessionAsync();
        Match command = AddOnion().Match((await _tor.ReadLineAsync())!);
        command.Success.Should().BeTrue();
        command.Groups["key"].Value.Should().Be(System.Text.Encoding.ASCII.GetString(TorIdentityFormat.Instance.Export(service.Definition.Identity, "control")));
        command.Groups["flags"].Value.Should().Be("DiscardPK");
        foreach (string path in (string[])[command.Groups["path80"].Value, command.Groups["path443"].Value])
        {
            path.Should().StartWith(_folder.Path);
            File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path.GetDirectoryName(path)!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_visitor_is_known_by_the_door_he_came_through()
    {
        IPublishedService service = await PublishAsync(80, 443);
        await using Session session = await SessionAsync();
        Match command = AddOnion().Match((await _tor.ReadLineAsync())!);
        foreach (int port in (int[])[443, 80])
        {
            using EngineSocket socket = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(command.Groups[$"path{port}"].Value), null, Ct);
            Visitor visitor = (await service.AcceptAsync(Ct))!;
            visitor.Port.Should().Be(port);
            visitor.Identity.Should().BeNull();
            await visitor.Connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task It_is_published_after_two_uploads_and_not_before()
    {
        IPublishedService service = await PublishAsync(80);
        service.Status.Current.Should().Be(new ServiceStatus.Publishing("waiting for tor"));
        await using Session session = await SessionAsync();
        await TakeAsync(service);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        Descriptor(service, "CREATED");
        Descriptor(service, "UPLOAD");
        Descriptor(service, "UPLOADED");
        service.Status.Current.IsPublished.Should().BeFalse();
        Descriptor(service, "FAILED", "UPLOAD_REJECTED");
        service.Status.Current.ToString().Should().Contain("UPLOAD_REJECTED");
        _publisher.OnDescriptor(new HsDescEvent("UPLOADED", new string('a', 56), null, null));
        service.Status.Current.IsPublished.Should().BeFalse("that was another service's");
        Descriptor(service, "UPLOADED");
        service.Status.Current.IsPublished.Should().BeTrue();
        Descriptor(service, "FAILED", "UPLOAD_REJECTED");
        service.Status.Current.IsPublished.Should().BeTrue("other directories have it");
    }

    [Fact]
    public async Task Every_service_is_handed_to_each_new_tor_as_the_same_object()
    {
        IPublishedService[] services = [await PublishAsync(80), await PublishAsync(81), await PublishAsync(82)];
        for (int run = 0; run < 3; run++)
        {
            await using Session session = await SessionAsync();
            HashSet<string> keys = [];
            foreach (IPublishedService _ in services)
            {
                string line = (await _tor.ReadLineAsync())!;
                keys.Add(line.Split(' ')[1]);
                IPublishedService service = services.Single(s => line.Contains(Key(s), StringComparison.Ordinal));
                await _tor.SendAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n");
                Descriptor(service, "UPLOADED");
                Descriptor(service, "UPLOADED");
            }

            keys.Should().HaveCount(3);
            foreach (IPublishedService service in services)
            {
                await UntilAsync(service, s => s.IsPublished);
            }

            _publisher.OnInterrupted("tor was ended by SIGKILL");
            services.Should().OnlyContain(s => s.Status.Current.Equals(new ServiceStatus.Degraded("tor was ended by SIGKILL")));
        }
    }

    [Fact]
    public async Task An_address_that_the_key_does_not_make_is_withdrawn_and_the_service_fails_aloud()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        await _tor.ReadLineAsync();
        string other = TorIdentityFormat.Instance.Create().Address[..56];
        await _tor.SendAsync($"250-ServiceID={other}\r\n250 OK\r\n");
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be($"DEL_ONION {other}");
        await UntilAsync(service, s => s is ServiceStatus.Failed);
        (await service.AcceptAsync(Ct)).Should().BeNull();
        _log.Lines.Should().Contain(line => line.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task An_answer_without_a_service_id_is_asked_for_again_later()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        await _tor.ReadLineAsync();
        await _tor.SendAsync("551 Failed to add Onion Service\r\n");
        await UntilAsync(service, s => s.ToString()!.Contains("551", StringComparison.Ordinal));
        await _clock.PassAsync(TimeSpan.FromSeconds(5));
        await TakeAsync(service);
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
    }

    [Theory]
    [InlineData("512 Invalid MaxStreams")]
    [InlineData("513 Invalid key type")]
    [InlineData("550 Onion address collision")]
    public async Task What_tor_will_never_take_fails_with_what_it_said(string refusal)
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync(refusal + "\r\n");
        await UntilAsync(service, s => s is ServiceStatus.Failed failed && failed.Why.Contains(refusal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_is_stopped_is_withdrawn_from_tor_and_its_identity_can_be_published_again()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        string door = AddOnion().Match((await _tor.ReadLineAsync())!).Groups["path80"].Value;
        await _tor.SendAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n");
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        Task stop = service.StopAsync(Ct).AsTask();
        (await _tor.ReadLineAsync()).Should().Be($"DEL_ONION {ServiceId(service)}");
        File.Exists(door).Should().BeTrue("the overlay is told first");
        stop.IsCompleted.Should().BeFalse();
        await _tor.SendAsync("250 OK\r\n");
        await stop;
        File.Exists(door).Should().BeFalse();
        service.Status.Current.Should().Be(ServiceStatus.Stopped);
        (await service.AcceptAsync(Ct)).Should().BeNull();
        await service.StopAsync(Ct);
        await service.DisposeAsync();

        PublishResult again = await _publisher.PublishAsync(service.Definition);
        again.IsAccepted.Should().BeTrue(again.Error?.ToString());
        await TakeAsync(again.Service!);
    }

    [Fact]
    public async Task Stopping_without_a_tor_needs_nobody()
    {
        IPublishedService service = await PublishAsync(80);
        await service.StopAsync(Ct);
        service.Status.Current.Should().Be(ServiceStatus.Stopped);
        await using Session session = await SessionAsync();
        session.HasEnded.Should().BeFalse();
        IPublishedService next = await PublishAsync(81);
        await TakeAsync(next);
    }

    [Fact]
    public async Task A_tor_that_dies_while_a_service_is_withdrawn_lets_it_end()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        await TakeAsync(service);
        Task stop = service.StopAsync(Ct).AsTask();
        await _tor.ReadLineAsync();
        _tor.Close();
        await stop;
        service.Status.Current.Should().Be(ServiceStatus.Stopped);
    }

    [Fact]
    public async Task Giving_up_the_wait_for_tor_still_ends_the_service()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        await TakeAsync(service);
        using var giveUp = new CancellationTokenSource();
        Task stop = service.StopAsync(giveUp.Token).AsTask();
        await _tor.ReadLineAsync();
        await giveUp.CancelAsync();
        await stop.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        service.Status.Current.Should().Be(ServiceStatus.Stopped);
    }

    [Fact]
    public async Task Visitors_who_were_never_accepted_are_sent_away_at_the_end()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        string door = AddOnion().Match((await _tor.ReadLineAsync())!).Groups["path80"].Value;
        var visitors = new List<EngineSocket>();
        for (int i = 0; i < 100; i++)
        {
            visitors.Add(await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(door), null, Ct));
        }

        _tor.Close();
        await service.StopAsync(Ct);
        foreach (EngineSocket visitor in visitors)
        {
            try
            {
                (await visitor.ReceiveAsync(new byte[1], Ct)).Should().Be(0);
            }
            catch (SocketException)
            {
                // The kernel resets those whom nobody had accepted.
            }

            visitor.Dispose();
        }
    }

    [Fact]
    public async Task An_identity_is_published_once()
    {
        IPublishedService service = await PublishAsync(80);
        PublishResult second = await _publisher.PublishAsync(service.Definition with { Name = "other", Ports = [81] });
        second.Error!.Kind.Should().Be(PublishErrorKind.AlreadyPublished);
        second.Error.Message.Should().Contain("other").And.Contain(service.Definition.Name);
        Directory.GetFiles(_folder["run"]).Should().ContainSingle("the refused one leaves no door");
    }

    [Fact]
    public async Task Keys_and_addresses_are_never_logged()
    {
        IPublishedService service = await PublishAsync(80);
        await using Session session = await SessionAsync();
        string line = (await _tor.ReadLineAsync())!;
        await _tor.SendAsync($"512 Bad arguments: {line}\r\n");
        await UntilAsync(service, s => s is ServiceStatus.Failed);
        string key = Key(service);
        string told = service.Status.Current + string.Join('\n', _log.Lines);
        told.Should().NotContain(ServiceId(service));
        told.Should().NotContain(key[11..51]);
    }

    private static ServiceDefinition Define(params int[] ports) => new()
    {
        Name = $"service{ports[0]}",
        Identity = TorIdentityFormat.Instance.Create(),
        Ports = [.. ports],
    };

    private static string ServiceId(IPublishedService service) => service.Definition.Identity.Address[..56];

    private static string Key(IPublishedService service) =>
        System.Text.Encoding.ASCII.GetString(TorIdentityFormat.Instance.Export(service.Definition.Identity, "control"));

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

    private async Task<IPublishedService> PublishAsync(params int[] ports)
    {
        PublishResult result = await _publisher.PublishAsync(Define(ports));
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    private void Descriptor(IPublishedService service, string action, string? reason = null) =>
        _publisher.OnDescriptor(new HsDescEvent(action, ServiceId(service), "$AB~relay", reason));

    private async Task TakeAsync(IPublishedService service)
    {
        (await _tor.AnswerAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n")).Should().StartWith($"ADD_ONION {Key(service)} ");
    }

    private async Task<Session> SessionAsync()
    {
        TorControlConnection control = await _tor.ControlAsync();
        control.IsPeerVerified = true;
        return new Session(control, _publisher);
    }

    [GeneratedRegex("^ADD_ONION (?<key>\\S+) Flags=(?<flags>\\S+) Port=80,unix:(?<path80>\\S+)( Port=443,unix:(?<path443>\\S+))?$")]
    private static partial Regex AddOnion();

    private sealed class Session : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TorControlConnection _control;
        private readonly Task _serving;

        public Session(TorControlConnection control, TorPublisher publisher)
        {
            _control = control;
            _serving = publisher.ServeAsync(control, new TorTraits(), _stop.Token);
        }

        public bool HasEnded => _serving.IsCompleted;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _control.DisposeAsync();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
