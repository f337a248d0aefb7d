using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Where a file is taken from, and where not.</summary>
public sealed class DownloadPlacesTests : DownloadingTests
{
    [Fact]
    public async Task The_next_place_is_asked_where_the_first_does_not_have_it()
    {
        RemoteFile file = new(Name, [new Uri(Server.Address, "missing"), new Uri(Server.Address, Name)], Content.Length);

        await SaveAsync(file: file);

        await ShouldBeWholeAsync();
        Server.Requests.Select(request => request.Path).Should().Equal("missing", Name);
    }

    [Fact]
    public async Task Where_no_place_has_it_all_of_them_are_named() =>
        (await RefusalAsync(file: new RemoteFile("gone", [new Uri(Server.Address, "a"), new Uri(Server.Address, "b")], 1)))
            .Should().Be($"gone is not there: {Server.Address}a and {Server.Address}b answered so. Check the version, or name another server with --mirror.");

    [Fact]
    public async Task A_redirect_on_the_sameServer_is_followed()
    {
        Server.Serve("elsewhere", Content);
        Server.Once(Name, TestServer.Redirect("/elsewhere"));

        await SaveAsync();

        await ShouldBeWholeAsync();
    }

    [Theory]
    [InlineData("https://example.invalid/x")]
    [InlineData("http://127.0.0.1:1/x")]
    [InlineData("http://user@127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_elsewhere_is_refused_and_named(string location)
    {
        string message = await RefusalAsync(Options(), TestServer.Redirect(location));

        message.Should().Be($"{Server.Address}{Name} points to {location}, and only {Server.Address.Authority} may be asked. If you trust that server, name it with --mirror.");
        Directory.EnumerateFiles(Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_in_a_circle_or_to_nowhere_is_refused()
    {
        for (int count = 0; count < 6; count++)
        {
            Server.Once(Name, TestServer.Redirect($"/{Name}"));
        }

        (await RefusalAsync()).Should().Contain("goes on pointing elsewhere");
        (await RefusalAsync(Options(), TestServer.Status(StatusCodes.Status301MovedPermanently))).Should().Contain("does not say where");
    }

    [Fact]
    public async Task Another_answer_is_no_reason_to_try_again()
    {
        (await RefusalAsync(Options(), TestServer.Status(StatusCodes.Status403Forbidden))).Should().Contain("HTTP status 403");
        Server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task AServer_that_is_not_there_is_named()
    {
        RemoteFile file = new(Name, [new Uri("http://127.0.0.1:1/x")], 1);

        (await RefusalAsync(Options() with { Attempts = 2 }, file: file)).Should().StartWith($"{Name} could not be downloaded in 2 attempts: 127.0.0.1:1 cannot be reached: Connection refused");
    }

    [Fact]
    public async Task AServer_whose_certificate_nobody_trusts_is_refused_at_once()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        await using TestServer server = await TestServer.StartAsync(certificate);
        server.Serve(Name, Content);

        (await RefusalAsync(file: new RemoteFile(Name, [new Uri(server.Address, Name)], Content.Length)))
            .Should().StartWith($"The connection to {server.Address.Authority} is not secure:").And.EndWith("nothing was taken from there.");
        server.Requests.Should().BeEmpty();
    }
}
