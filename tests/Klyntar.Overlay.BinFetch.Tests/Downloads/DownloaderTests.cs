using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Downloads from a real web server on loopback.</summary>
public sealed class DownloaderTests : IAsyncLifetime
{
    private const string Name = "file.bin";
    private const int Half = 150_000;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _file = RandomNumberGenerator.GetBytes(2 * Half);
    private TestServer _server = null!;
    private PartialFile _part = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _server.Serve(Name, _file);
        _part = new PartialFile(Path.Combine(_folder.Path, "file.part"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_comes_whole_and_its_progress_is_told()
    {
        Received progress = new(_file.Length);

        await SaveAsync(progress: progress);

        await ShouldBeWholeAsync();
        progress.Last.Should().Be(new DownloadProgress(_file.Length, _file.Length));
        _server.Requests.Should().Equal(new ServedRequest(Name, null, null));
    }

    [Fact]
    public async Task After_a_dropped_connection_it_goes_on_where_it_ended()
    {
        Received progress = new(Half);
        _server.Once(Name, TestServer.DropAfter(Half, progress.Arrived));

        await SaveAsync(progress: progress);

        await ShouldBeWholeAsync();
        ServedRequest second = _server.Requests.Should().HaveCount(2).And.Subject.Last();
        second.Range.Should().Be($"bytes={Half}-");
        second.IfRange.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task What_has_come_is_kept_and_a_later_run_goes_on_from_it()
    {
        await DropAsync();

        string message = await RefusalAsync(Options() with { Attempts = 1 }, TestServer.Status(StatusCodes.Status503ServiceUnavailable));
        message.Should().Be($"{Name} could not be downloaded in 1 attempts: {_server.Address.Authority} answered with HTTP status 503. What has come is kept: run the same command again, and it goes on from there.");
        _part.Length.Should().Be(Half);
        await SaveAsync();

        await ShouldBeWholeAsync();
        _server.Requests[^1].Range.Should().Be($"bytes={Half}-");
    }

    [Fact]
    public async Task A_server_that_knows_no_parts_sends_it_anew()
    {
        await DropAsync();
        _server.Once(Name, TestServer.WholeAsync);

        await SaveAsync();

        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_file_that_changed_in_between_comes_anew()
    {
        await DropAsync();
        byte[] changed = RandomNumberGenerator.GetBytes(_file.Length);
        _server.Serve(Name, changed);

        await SaveAsync();

        (await System.IO.File.ReadAllBytesAsync(_part.Path)).Should().Equal(changed);
    }

    [Fact]
    public async Task A_part_of_a_changed_file_is_not_joined_to_the_old_one()
    {
        await DropAsync();
        byte[] changed = RandomNumberGenerator.GetBytes(_file.Length);
        _server.Serve(Name, changed);
        _server.Once(Name, (context, file) =>
        {
            context.Request.Headers.IfRange = default;
            return TestServer.ServeAsync(context, file);
        });

        await SaveAsync();

        (await System.IO.File.ReadAllBytesAsync(_part.Path)).Should().Equal(changed);
    }

    [Theory]
    [InlineData("bytes 0-299999/300000")]
    [InlineData("bytes 150001-299999/300000")]
    [InlineData("bytes */300000")]
    [InlineData("bytes 150000-299999/*")]
    [InlineData("lines 150000-299999/300000")]
    [InlineData("")]
    public async Task Another_part_than_was_asked_for_is_not_joined(string range)
    {
        await DropAsync();
        _server.Once(Name, async (context, file) =>
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = range;
            await context.Response.Body.WriteAsync(file.AsMemory(Half));
        });

        await SaveAsync();

        await ShouldBeWholeAsync();
        _server.Requests[^1].Range.Should().BeNull();
    }

    [Fact]
    public async Task A_part_longer_than_the_file_is_asked_for_anew()
    {
        await DropAsync();
        _server.Once(Name, TestServer.Status(StatusCodes.Status416RangeNotSatisfiable));

        await SaveAsync();

        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_part_without_its_note_or_from_another_place_is_not_gone_on_with()
    {
        await DropAsync();
        System.IO.File.WriteAllText($"{_part.Path}.json", "{ \"Place\": ");
        await SaveAsync();
        await ShouldBeWholeAsync();

        _server.Serve("other", _file);
        await SaveAsync(file: File("other"));
        _server.Requests.Should().OnlyContain(request => request.Range == null);
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_server_without_tags_is_asked_by_date()
    {
        DateTimeOffset date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Received progress = new(Half);
        _server.Once(Name, async (context, file) =>
        {
            context.Response.Headers.LastModified = date.ToString("R", CultureInfo.InvariantCulture);
            context.Response.ContentLength = file.Length;
            await context.Response.Body.WriteAsync(file.AsMemory(0, Half));
            await progress.Arrived;
            context.Abort();
        });

        await SaveAsync(progress: progress);

        _server.Requests[^1].IfRange.Should().Be("Fri, 02 Jan 2026 03:04:05 GMT");
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_server_that_goes_on_failing_is_given_up_after_the_last_attempt()
    {
        for (int count = 0; count < 3; count++)
        {
            _server.Once(Name, TestServer.Status(StatusCodes.Status500InternalServerError));
        }

        (await RefusalAsync(Options() with { Attempts = 3 })).Should().Be(
            $"{Name} could not be downloaded in 3 attempts: {_server.Address.Authority} answered with HTTP status 500. Check the connection and run the same command again.");
        _server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task Pauses_between_attempts_double()
    {
        FakeTimeProvider clock = new();
        PausingClock pauses = new(clock);
        for (int count = 0; count < 3; count++)
        {
            _server.Once(Name, TestServer.Status(StatusCodes.Status429TooManyRequests));
        }

        await SaveAsync(Options() with { Clock = pauses, FirstPause = TimeSpan.FromSeconds(1), SilenceLimit = TimeSpan.FromDays(1), TimeLimit = TimeSpan.FromDays(2) });

        pauses.Pauses.Should().Equal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_tried_again()
    {
        FakeTimeProvider clock = new();
        Received progress = new(Half);
        _server.Once(Name, TestServer.StallAfter(Half));
        Task saving = SaveAsync(Options() with { Clock = clock }, progress: progress);

        await progress.Arrived;
        clock.Advance(new DownloadOptions { Clock = clock }.SilenceLimit);
        await saving;

        await ShouldBeWholeAsync();
        _server.Requests[^1].Range.Should().Be($"bytes={Half}-");
    }

    [Fact]
    public async Task A_server_that_drips_is_given_up_when_the_time_is_over()
    {
        FakeTimeProvider clock = new();
        Received progress = new(Half);
        _server.Once(Name, TestServer.StallAfter(Half));
        DownloadOptions options = Options() with { Clock = clock, TimeLimit = TimeSpan.FromSeconds(30) };
        Task<string> refusal = RefusalAsync(options, progress: progress);

        await progress.Arrived;
        clock.Advance(options.TimeLimit);

        (await refusal).Should().Contain("was not downloaded after").And.Contain("What has come is kept");
    }

    [Fact]
    public async Task Giving_up_keeps_what_has_come()
    {
        using CancellationTokenSource giveUp = new();
        Received progress = new(Half);
        _server.Once(Name, TestServer.StallAfter(Half));
        Task saving = SaveAsync(progress: progress, cancellationToken: giveUp.Token);

        await progress.Arrived;
        await giveUp.CancelAsync();

        await saving.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        _part.Length.Should().Be(Half);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_long_is_not_taken(bool tellsItsLength)
    {
        if (!tellsItsLength)
        {
            _server.Once(Name, TestServer.WholeAsync);
        }

        (await RefusalAsync(file: File(Name) with { Limit = Half })).Should().Contain($"larger than the {Half} bytes that are taken");
        Directory.EnumerateFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_small_file_that_is_too_long_is_not_taken_either()
    {
        using Downloader downloader = new(Options(), Allowed);

        await downloader.Awaiting(d => d.ReadAsync(File(Name) with { Limit = 10 }, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>();
        (await downloader.ReadAsync(File(Name), CancellationToken.None)).Should().Equal(_file);
    }

    [Fact]
    public async Task A_compressed_copy_is_refused() =>
        (await RefusalAsync(Options(), (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return Task.CompletedTask;
        })).Should().Contain("compressed copy");

    [Fact]
    public async Task The_next_place_is_asked_where_the_first_does_not_have_it()
    {
        RemoteFile file = new(Name, [new Uri(_server.Address, "missing"), new Uri(_server.Address, Name)], _file.Length);

        await SaveAsync(file: file);

        await ShouldBeWholeAsync();
        _server.Requests.Select(request => request.Path).Should().Equal("missing", Name);
    }

    [Fact]
    public async Task Where_no_place_has_it_all_of_them_are_named() =>
        (await RefusalAsync(file: new RemoteFile("gone", [new Uri(_server.Address, "a"), new Uri(_server.Address, "b")], 1)))
            .Should().Be($"gone is not there: {_server.Address}a and {_server.Address}b answered so. Check the version, or name another server with --mirror.");

    [Fact]
    public async Task A_redirect_on_the_same_server_is_followed()
    {
        _server.Serve("elsewhere", _file);
        _server.Once(Name, TestServer.Redirect("/elsewhere"));

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

        message.Should().Be($"{_server.Address}{Name} points to {location}, and only {_server.Address.Authority} may be asked. If you trust that server, name it with --mirror.");
        Directory.EnumerateFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_redirect_in_a_circle_or_to_nowhere_is_refused()
    {
        for (int count = 0; count < 6; count++)
        {
            _server.Once(Name, TestServer.Redirect($"/{Name}"));
        }

        (await RefusalAsync()).Should().Contain("goes on pointing elsewhere");
        (await RefusalAsync(Options(), TestServer.Status(StatusCodes.Status301MovedPermanently))).Should().Contain("does not say where");
    }

    [Fact]
    public async Task Another_answer_is_no_reason_to_try_again()
    {
        (await RefusalAsync(Options(), TestServer.Status(StatusCodes.Status403Forbidden))).Should().Contain("HTTP status 403");
        _server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        RemoteFile file = new(Name, [new Uri("http://127.0.0.1:1/x")], 1);

        (await RefusalAsync(Options() with { Attempts = 2 }, file: file)).Should().StartWith($"{Name} could not be downloaded in 2 attempts: 127.0.0.1:1 cannot be reached: Connection refused");
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_trusts_is_refused_at_once()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        await using TestServer server = await TestServer.StartAsync(certificate);
        server.Serve(Name, _file);

        (await RefusalAsync(file: new RemoteFile(Name, [new Uri(server.Address, Name)], _file.Length)))
            .Should().StartWith($"The connection to {server.Address.Authority} is not secure:").And.EndWith("nothing was taken from there.");
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told()
    {
        _part = new PartialFile(Path.Combine(_folder.Path, "missing", "file.part"));

        (await RefusalAsync()).Should().Contain("cannot be written").And.Contain("XDG_CACHE_HOME");
    }

    private DownloadOptions Options() => new() { Clock = TimeProvider.System, AllowsPlainLoopback = true, FirstPause = TimeSpan.Zero };

    private AllowedPlaces Allowed => new([_server.Address], allowsPlainLoopback: true);

    private RemoteFile File(string path) => new(path, [new Uri(_server.Address, path)], _file.Length);

    private async Task DropAsync()
    {
        Received progress = new(Half);
        _server.Once(Name, TestServer.DropAfter(Half, progress.Arrived));
        await SaveAsync(Options() with { Attempts = 1 }, progress: progress).Awaiting(task => task).Should().ThrowAsync<OverlayException>();
        _part.Length.Should().Be(Half);
    }

    private async Task SaveAsync(DownloadOptions? options = null, RemoteFile? file = null, Received? progress = null, CancellationToken cancellationToken = default)
    {
        using Downloader downloader = new(options ?? Options(), Allowed);
        await downloader.SaveAsync(file ?? File(Name), _part, progress ?? new Received(0), cancellationToken);
    }

    private async Task<string> RefusalAsync(DownloadOptions? options = null, Func<HttpContext, byte[], Task>? answer = null, RemoteFile? file = null, Received? progress = null)
    {
        if (answer is not null)
        {
            _server.Once(Name, answer);
        }

        return (await SaveAsync(options, file, progress).Awaiting(task => task).Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    private async Task ShouldBeWholeAsync() => (await System.IO.File.ReadAllBytesAsync(_part.Path)).Should().Equal(_file);
}
