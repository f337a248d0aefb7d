using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Downloads one file from a real web server on loopback.</summary>
public abstract class DownloadingTests : IAsyncLifetime
{
    private protected const string Name = "file.bin";
    private protected const int Half = 150_000;

    private readonly TemporaryFolder _folder = new();

    private protected byte[] Content { get; } = RandomNumberGenerator.GetBytes(2 * Half);

    private protected TestServer Server { get; private set; } = null!;

    private protected PartialFile Part { get; set; } = null!;

    private protected string Folder => _folder.Path;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync();
        Server.Serve(Name, Content);
        Part = new PartialFile(Path.Combine(_folder.Path, "file.part"));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected DownloadOptions Options() => new() { Clock = TimeProvider.System, AllowsPlainLoopback = true, FirstPause = TimeSpan.Zero };

    private protected AllowedPlaces Allowed => new([Server.Address], allowsPlainLoopback: true);

    private protected RemoteFile File(string path) => new(path, [new Uri(Server.Address, path)], Content.Length);

    private protected async Task DropAsync()
    {
        Received progress = new(Half);
        Server.Once(Name, TestServer.DropAfter(Half, progress.Arrived));
        await SaveAsync(Options() with { Attempts = 1 }, progress: progress).Awaiting(task => task).Should().ThrowAsync<OverlayException>();
        Part.Length.Should().Be(Half);
    }

    private protected async Task SaveAsync(DownloadOptions? options = null, RemoteFile? file = null, Received? progress = null, CancellationToken cancellationToken = default)
    {
        using Downloader downloader = new(options ?? Options(), Allowed);
        await downloader.SaveAsync(file ?? File(Name), Part, progress ?? new Received(0), cancellationToken);
    }

    private protected async Task<string> RefusalAsync(DownloadOptions? options = null, Func<HttpContext, byte[], Task>? answer = null, RemoteFile? file = null, Received? progress = null)
    {
        if (answer is not null)
        {
            Server.Once(Name, answer);
        }

        return (await SaveAsync(options, file, progress).Awaiting(task => task).Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    private protected async Task ShouldBeWholeAsync() => (await System.IO.File.ReadAllBytesAsync(Part.Path)).Should().Equal(Content);
}
