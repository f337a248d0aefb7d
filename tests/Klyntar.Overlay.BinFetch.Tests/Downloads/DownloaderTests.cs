using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>How a file comes, goes on and is given up.</summary>
public sealed class DownloaderTests : DownloadingTests
{
    [Fact]
    public async Task AContent_comes_whole_and_its_progress_is_told()
    {
        Received progress = new(Content.Length);

        await SaveAsync(progress: progress);

        await ShouldBeWholeAsync();
        progress.Last.Should().Be(new DownloadProgress(Content.Length, Content.Length));
        Server.Requests.Should().Equal(new ServedRequest(Name, null, null));
    }

    [Fact]
    public async Task After_a_dropped_connection_it_goes_on_where_it_ended()
    {
        Received progress = new(Half);
        Server.Once(Name, TestServer.DropAfter(Half, progress.Arrived));

        await SaveAsync(progress: progress);

        await ShouldBeWholeAsync();
        ServedRequest second = Server.Requests.Should().HaveCount(2).And.Subject.Last();
        second.Range.Should().Be($"bytes={Half}-");
        second.IfRange.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task What_has_come_is_kept_and_a_later_run_goes_on_from_it()
    {
        await DropAsync();

        string message = await RefusalAsync(Options() with { Attempts = 1 }, TestServer.Status(StatusCodes.Status503ServiceUnavailable));
        message.Should().Be($"{Name} could not be downloaded in 1 attempts: {Server.Address.Authority} answered with HTTP status 503. What has come is kept: run the same command again, and it goes on from there.");
        Part.Length.Should().Be(Half);
        await SaveAsync();

        await ShouldBeWholeAsync();
        Server.Requests[^1].Range.Should().Be($"bytes={Half}-");
    }

    [Fact]
    public async Task AServer_that_knows_noParts_sends_it_anew()
    {
        await DropAsync();
        Server.Once(Name, TestServer.WholeAsync);

        await SaveAsync();

        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task AContent_that_changed_in_between_comes_anew()
    {
        await DropAsync();
        byte[] changed = RandomNumberGenerator.GetBytes(Content.Length);
        Server.Serve(Name, changed);

        await SaveAsync();

        (await System.IO.File.ReadAllBytesAsync(Part.Path)).Should().Equal(changed);
    }

    [Fact]
    public async Task APart_of_a_changedContent_is_not_joined_to_the_old_one()
    {
        await DropAsync();
        byte[] changed = RandomNumberGenerator.GetBytes(Content.Length);
        Server.Serve(Name, changed);
        Server.Once(Name, (context, file) =>
        {
            context.Request.Headers.IfRange = default;
            return TestServer.ServeAsync(context, file);
        });

        await SaveAsync();

        (await System.IO.File.ReadAllBytesAsync(Part.Path)).Should().Equal(changed);
    }

    [Theory]
    [InlineData("bytes 0-299999/300000")]
    [InlineData("bytes 150001-299999/300000")]
    [InlineData("bytes */300000")]
    [InlineData("bytes 150000-299999/*")]
    [InlineData("lines 150000-299999/300000")]
    [InlineData("")]
    public async Task AnotherPart_than_was_asked_for_is_not_joined(string range)
    {
        await DropAsync();
        Server.Once(Name, async (context, file) =>
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = range;
            await context.Response.Body.WriteAsync(file.AsMemory(Half));
        });

        await SaveAsync();

        await ShouldBeWholeAsync();
        Server.Requests[^1].Range.Should().BeNull();
    }

    [Fact]
    public async Task APart_longer_than_theContent_is_asked_for_anew()
    {
        await DropAsync();
        Server.Once(Name, TestServer.Status(StatusCodes.Status416RangeNotSatisfiable));

        await SaveAsync();

        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task APart_without_its_note_or_from_another_place_is_not_gone_on_with()
    {
        await DropAsync();
        System.IO.File.WriteAllText($"{Part.Path}.json", "{ \"Place\": ");
        await SaveAsync();
        await ShouldBeWholeAsync();

        Server.Serve("other", Content);
        await SaveAsync(file: File("other"));
        Server.Requests.Should().OnlyContain(request => request.Range == null);
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task AServer_without_tags_is_asked_by_date()
    {
        DateTimeOffset date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Received progress = new(Half);
        Server.Once(Name, async (context, file) =>
        {
            context.Response.Headers.LastModified = date.ToString("R", CultureInfo.InvariantCulture);
            context.Response.ContentLength = file.Length;
            await context.Response.Body.WriteAsync(file.AsMemory(0, Half));
            await progress.Arrived;
            context.Abort();
        });

        await SaveAsync(progress: progress);

        Server.Requests[^1].IfRange.Should().Be("Fri, 02 Jan 2026 03:04:05 GMT");
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task AServer_that_goes_on_failing_is_given_up_after_the_last_attempt()
    {
        for (int count = 0; count < 3; count++)
        {
            Server.Once(Name, TestServer.Status(StatusCodes.Status500InternalServerError));
        }

        (await RefusalAsync(Options() with { Attempts = 3 })).Should().Be(
            $"{Name} could not be downloaded in 3 attempts: {Server.Address.Authority} answered with HTTP status 500. Check the connection and run the same command again.");
        Server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task Pauses_between_attempts_double()
    {
        FakeTimeProvider clock = new();
        PausingClock pauses = new(clock);
        for (int count = 0; count < 3; count++)
        {
            Server.Once(Name, TestServer.Status(StatusCodes.Status429TooManyRequests));
        }

        await SaveAsync(Options() with { Clock = pauses, FirstPause = TimeSpan.FromSeconds(1), SilenceLimit = TimeSpan.FromDays(1), TimeLimit = TimeSpan.FromDays(2) });

        pauses.Pauses.Should().Equal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task AServer_that_falls_silent_is_tried_again()
    {
        FakeTimeProvider clock = new();
        Received progress = new(Half);
        Server.Once(Name, TestServer.StallAfter(Half));
        Task saving = SaveAsync(Options() with { Clock = clock }, progress: progress);

        await progress.Arrived;
        clock.Advance(new DownloadOptions { Clock = clock }.SilenceLimit);
        await saving;

        await ShouldBeWholeAsync();
        Server.Requests[^1].Range.Should().Be($"bytes={Half}-");
    }

    [Fact]
    public async Task AServer_that_drips_is_given_up_when_the_time_is_over()
    {
        FakeTimeProvider clock = new();
        Received progress = new(Half);
        Server.Once(Name, TestServer.StallAfter(Half));
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
        Server.Once(Name, TestServer.StallAfter(Half));
        Task saving = SaveAsync(progress: progress, cancellationToken: giveUp.Token);

        await progress.Arrived;
        await giveUp.CancelAsync();

        await saving.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        Part.Length.Should().Be(Half);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AContent_that_is_too_long_is_not_taken(bool tellsItsLength)
    {
        if (!tellsItsLength)
        {
            Server.Once(Name, TestServer.WholeAsync);
        }

        (await RefusalAsync(file: File(Name) with { Limit = Half })).Should().Contain($"larger than the {Half} bytes that are taken");
        Directory.EnumerateFiles(Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_smallContent_that_is_too_long_is_not_taken_either()
    {
        using Downloader downloader = new(Options(), Allowed);

        await downloader.Awaiting(d => d.ReadAsync(File(Name) with { Limit = 10 }, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>();
        (await downloader.ReadAsync(File(Name), CancellationToken.None)).Should().Equal(Content);
    }

    [Fact]
    public async Task A_compressed_copy_is_refused() =>
        (await RefusalAsync(Options(), (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return Task.CompletedTask;
        })).Should().Contain("compressed copy");

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told()
    {
        Part = new PartialFile(Path.Combine(Folder, "missing", "file.part"));

        (await RefusalAsync()).Should().Contain("cannot be written").And.Contain("XDG_CACHE_HOME");
    }
}
