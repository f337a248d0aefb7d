using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class RestartLoopTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeLogger _logger = new();
    private readonly Channel<HelperInterruption> _interruptions = Channel.CreateUnbounded<HelperInterruption>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stays_wrong_is_tried_for_ever_and_warned_of_once()
    {
        string why = "Nothing listens there.";
        using var stop = new CancellationTokenSource();
        Task running = Loop().RunAsync(_ => throw new OverlayException(why), stop.Token);
        for (int i = 1; i <= 5; i++)
        {
            HelperInterruption interruption = await _interruptions.Reader.ReadAsync(Cancelled);
            interruption.Failures.Should().Be(i);
            if (i == 5)
            {
                Warnings().Should().Equal(why);
                why = "It is no tor.";
            }

            // No further than the next run: what ran on beside a longer leap would set its timer behind it.
            _clock.Advance(interruption.NextRunIn);
        }

        await _interruptions.Reader.ReadAsync(Cancelled);
        Warnings().Should().Equal("Nothing listens there.", "It is no tor.");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_run_that_lasted_begins_the_waits_anew_and_one_that_just_returns_is_run_again()
    {
        using var stop = new CancellationTokenSource();
        int runs = 0;
        Task running = Loop().RunAsync(_ =>
        {
            if (++runs % 2 == 0)
            {
                _clock.Advance(new RestartBackOff().Lasting);
            }

            return Task.CompletedTask;
        }, stop.Token);
        foreach (int failures in (int[])[1, 0, 1, 0])
        {
            HelperInterruption interruption = await _interruptions.Reader.ReadAsync(Cancelled);
            interruption.Failures.Should().Be(failures);
            _clock.Advance(interruption.NextRunIn);
        }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_run_that_worked_for_a_second_begins_the_waits_anew_and_is_warned_of_once_all_the_same()
    {
        using var stop = new CancellationTokenSource();
        int runs = 0;
        RestartLoop loop = Loop();
        Task running = loop.RunAsync(_ =>
        {
            if (++runs > 2)
            {
                loop.OnWorking();
                _clock.Advance(TimeSpan.FromSeconds(runs == 3 ? 0.9 : 1));
            }

            throw new OverlayException("It was killed.");
        }, stop.Token);
        foreach (int failures in (int[])[1, 2, 3, 0, 0])
        {
            HelperInterruption interruption = await _interruptions.Reader.ReadAsync(Cancelled);
            interruption.Failures.Should().Be(failures);
            if (failures == 0)
            {
                interruption.NextRunIn.Should().BeLessThanOrEqualTo(new RestartBackOff().First);
            }

            _clock.Advance(interruption.NextRunIn);
        }

        await stop.CancelAsync();
        await running;
        Warnings().Should().Equal("It was killed.");
    }

    private RestartLoop Loop() => new(new RestartBackOff(), _logger) { Clock = _clock, OnInterrupted = i => _interruptions.Writer.TryWrite(i) };

    private IEnumerable<string> Warnings() =>
        _logger.Collector.GetSnapshot().Where(r => r.Level == LogLevel.Warning).Select(r => r.Message[..(r.Message.IndexOf('.', StringComparison.Ordinal) + 1)]);
}
