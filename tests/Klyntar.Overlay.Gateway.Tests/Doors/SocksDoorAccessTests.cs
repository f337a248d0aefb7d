using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SocksDoorAccessTests : IDisposable
{
    private const uint Stranger = 4_242_424;

    private readonly TestFolder _folder = new();
    private readonly TestNode _node = new();

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_Unix_door_lets_the_gateways_own_user_in_and_its_file_is_private()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay, UnixDoor());

        using Socket client = await gateway.DialAsync(server.Address);

        File.GetUnixFileMode(_folder.File("s")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        gateway.Host.Status.Current.Socks[0].Listen.Should().Be($"unix:{_folder.File("s")}");
    }

    [Fact]
    public async Task A_Unix_door_with_a_list_lets_in_whom_it_names()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), UnixDoor() with { AllowedUids = [CurrentUser.Id ?? 0, Stranger] });

        using Socket client = await gateway.ConnectAsync();
        await client.SendAsync(Socks5.Greeting);

        (await client.ReadAsync(2)).Should().Equal(5, 0);
    }

    [Fact]
    public async Task A_Unix_door_turns_away_whom_its_list_does_not_name()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), UnixDoor() with { AllowedUids = [Stranger] });

        await TestSockets.BeTurnedAwayAsync(gateway.Socks);

        await Patience.UntilAsync(() => gateway.Log.Lines.Any(l => l.Message.Contains($"turned user {CurrentUser.Id ?? 0} away")));
    }

    [Fact]
    public async Task A_Unix_door_can_limit_each_user()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(new InMemoryOverlay(), UnixDoor() with { Limits = new SocksLimits { ConnectionsPerClient = 1 } });
        using Socket first = await gateway.ConnectAsync();
        await Patience.UntilAsync(() => gateway.Host.Status.Current.Socks[0].Connections == 1);

        await TestSockets.BeTurnedAwayAsync(gateway.Socks);
    }

    [Fact]
    public async Task A_door_with_credentials_lets_in_who_knows_them()
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        await using TestGateway gateway = await TestGateway.StartAsync(overlay, WithCredentials("secret\nanything after the first line"));

        using Socket right = await gateway.ConnectAsync();
        await right.SendAsync(Socks5.Request(server.Address, 80, "alice", "secret"));
        (await right.ReadAsync(4)).Should().Equal([5, 2, 1, 0], "method and credentials are accepted");
        (await right.ReadAsync(10))[1].Should().Be(0);

        using Socket wrong = await gateway.ConnectAsync();
        await wrong.SendAsync(Socks5.Request(server.Address, 80, "alice", "Secret"));
        (await wrong.ReadToEndAsync()).Should().Equal([5, 2, 1, 1], "the credentials are not");

        using Socket none = await gateway.ConnectAsync();
        await none.SendAsync(Socks5.Request(server.Address, 80));
        (await none.ReadToEndAsync()).Should().Equal([5, 0xFF], "no method is acceptable");
    }

    [Theory]
    [InlineData("", UnixFileMode.UserRead | UnixFileMode.UserWrite, "has 0 bytes")]
    [InlineData("\nsecret", UnixFileMode.UserRead | UnixFileMode.UserWrite, "has 0 bytes")]
    [InlineData("secret", UnixFileMode.UserRead | UnixFileMode.GroupRead, "chmod 600")]
    [InlineData("secret", UnixFileMode.UserRead | UnixFileMode.OtherWrite, "chmod 600")]
    public async Task A_password_file_that_is_empty_or_open_to_others_stops_the_start(string content, UnixFileMode mode, string expected)
    {
        SocksDoorOptions door = WithCredentials(content);
        File.SetUnixFileMode(_folder.File("p"), mode);

        Func<Task> starting = () => TestGateway.StartAsync(new InMemoryOverlay(), door);

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage($"*{_folder.File("p")}*{expected}*").And.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_missing_password_file_stops_the_start()
    {
        SocksDoorOptions door = TestGateway.AnyPort with { Credentials = [new SocksCredential { User = "alice", PasswordFile = _folder.File("none") }] };

        Func<Task> starting = () => TestGateway.StartAsync(new InMemoryOverlay(), door);

        (await starting.Should().ThrowAsync<OverlayException>()).WithMessage("The password file * of the user alice cannot be read: *");
    }

    [Fact]
    public async Task A_door_on_an_address_in_use_stops_the_start_and_says_what_to_do()
    {
        Func<Task> starting = () => TestGateway.StartAsync(new InMemoryOverlay(), new SocksDoorOptions { Listen = _node.EndPoint });

        (await starting.Should().ThrowAsync<OverlayException>())
            .WithMessage($"The SOCKS door cannot listen on {_node.EndPoint}: another program listens there already. Stop that program, or give the door another port*");
    }

    private SocksDoorOptions UnixDoor() => new() { Listen = new UnixDomainSocketEndPoint(_folder.File("s")) };

    private SocksDoorOptions WithCredentials(string content)
    {
        string path = _folder.File("p");
        File.WriteAllText(path, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return TestGateway.AnyPort with { Credentials = [new SocksCredential { User = "alice", PasswordFile = path }] };
    }
}
