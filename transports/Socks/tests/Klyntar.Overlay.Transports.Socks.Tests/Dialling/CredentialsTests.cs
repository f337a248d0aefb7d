using System.Text;
using Klyntar.Overlay.Socks;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>What a server is told of who dials.</summary>
public sealed class CredentialsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("klyntar-socks-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("secret", true)]
    [InlineData("another", false)]
    public async Task The_configured_user_and_the_password_of_the_file_are_given(string password, bool isRight)
    {
        await using var server = new SocksServerHost(new SocksCredentials([(Encoding.UTF8.GetBytes("me"), Encoding.UTF8.GetBytes("secret"))]));
        await using var service = new ListenedService(1, listener =>
        {
            server.Name("some.test", 80, listener);
            return new SocksEndPoint("some.test", 80, null);
        });
        await using StartedTransport started = await StartAsync(new SocksUpstreamOptions { Server = server.EndPoint, Suffixes = [".test"], User = "me", PasswordFile = Write($"{password}\n") });

        DialResult result = await started.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Stop);

        result.IsConnected.Should().Be(isRight);
        if (result.IsConnected)
        {
            await result.Connection.DisposeAsync();
        }
        else
        {
            result.Error.Kind.Should().Be(DialErrorKind.TransportFailed);
            result.Error.Detail.Should().Be("upstream scripted: does not accept the credentials");
        }
    }

    [Fact]
    public async Task New_circuits_are_another_password_of_the_same_user()
    {
        await using var server = new SocksServerHost();
        await using var service = new ListenedService(1, listener =>
        {
            server.Name("some.test", 80, listener);
            return new SocksEndPoint("some.test", 80, null);
        });
        await using StartedTransport started = await StartAsync(new SocksUpstreamOptions { Server = server.EndPoint, Suffixes = [".test"], Isolation = true });
        IsolationKey key = IsolationKey.Unique();

        string first = await UserAsync();
        string again = await UserAsync();
        (await started.Transport.NewCircuitsAsync(Stop)).IsDone.Should().BeTrue();
        string renewed = await UserAsync();

        again.Should().Be(first).And.StartWith(key + ":");
        renewed.Should().NotBe(first).And.StartWith(key + ":");

        async Task<string> UserAsync()
        {
            DialResult result = await started.Transport.DialAsync(new DialRequest(service.EndPoints[0]) { Isolation = key }, Stop);
            await using ConnectionContext connection = result.Connection!;
            return server.UserOf(connection.LocalEndPoint!)!;
        }
    }

    [Theory]
    [InlineData("", "The first line of the password file * has 0 bytes. Write a password of 1 to 255 bytes there.")]
    [InlineData("\nsecret", "The first line of the password file * has 0 bytes. Write a password of 1 to 255 bytes there.")]
    [InlineData(null, "The password file * is missing. Check its path.")]
    public async Task A_password_file_that_holds_none_stops_the_start_with_a_sentence(string? content, string message)
    {
        var options = new SocksUpstreamOptions { Server = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1), Suffixes = [".test"], User = "me", PasswordFile = content is null ? Path.Join(_folder.FullName, "none") : Write(content) };

        Func<Task> starting = async () => await (await StartAsync(options)).DisposeAsync();

        await starting.Should().ThrowAsync<OverlayException>().WithMessage(message);
    }

    private static Task<StartedTransport> StartAsync(SocksUpstreamOptions options) => StartedTransport.StartAsync(
        new SocksTransport(new SocksOptions { Upstreams = new Dictionary<string, SocksUpstreamOptions> { ["scripted"] = options } }), new TestTransportContext(), Stop);

    private string Write(string content)
    {
        string path = Path.Join(_folder.FullName, Guid.NewGuid().ToString("n"));
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
