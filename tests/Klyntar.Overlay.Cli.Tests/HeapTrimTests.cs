using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class HeapTrimTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly HeapTrim _trim;
    private long _allocated;
    private TimeSpan _worked;
    private int _trims;

    public HeapTrimTests() => _trim = new HeapTrim(_clock, () => _allocated, () => _worked, () => _trims++);

    public void Dispose() => _trim.Dispose();

    [Fact]
    public void After_a_rush_memory_is_given_back_once_it_is_over()
    {
        Rush();
        _clock.Advance(HeapTrim.Interval / 2);
        _trims.Should().Be(0);
        _clock.Advance(HeapTrim.Interval / 2);
        _trims.Should().Be(1);

        _trim.OnCollected();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _trims.Should().Be(1, "nothing was allocated since");
    }

    [Fact]
    public void Nobody_is_stopped_while_connections_come()
    {
        Rush();
        for (int i = 0; i < 30; i++)
        {
            _allocated += HeapTrim.Quiet;
            _clock.Advance(HeapTrim.Interval);
        }

        _trims.Should().Be(0);
        _clock.Advance(HeapTrim.Interval);
        _trims.Should().Be(1);
    }

    [Fact]
    public void Nobody_is_stopped_while_bytes_move_though_they_allocate_nothing()
    {
        Rush();
        for (int i = 0; i < 30; i++)
        {
            _worked += HeapTrim.IdleWork;
            _clock.Advance(HeapTrim.Interval);
        }

        _trims.Should().Be(0);
        _clock.Advance(HeapTrim.Interval);
        _trims.Should().Be(1);
    }

    [Fact]
    public void What_is_little_is_left_alone_until_it_is_much()
    {
        _allocated = HeapTrim.Rush - 1;
        _trim.OnCollected();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _trims.Should().Be(0);

        _allocated++;
        _trim.OnCollected();
        _clock.Advance(HeapTrim.Interval);
        _trims.Should().Be(1);
    }

    [Fact]
    public void Rushes_that_follow_soon_wait_for_their_turn()
    {
        Rush();
        _clock.Advance(HeapTrim.Interval);
        Rush();
        _clock.Advance(HeapTrim.Pause - HeapTrim.Interval);
        _trims.Should().Be(1);
        _clock.Advance(HeapTrim.Interval);
        _trims.Should().Be(2);
    }

    [Fact]
    public void A_collection_of_the_runtimes_own_is_noticed_each_time()
    {
        _trim.WatchRuntime();
        for (int i = 1; i <= 3; i++)
        {
            _allocated += HeapTrim.Rush;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _clock.Advance(HeapTrim.Pause);
            _trims.Should().Be(i);
        }
    }

    [Fact]
    public void After_its_end_nothing_is_done_any_more()
    {
        Rush();
        _trim.Dispose();
        _trim.OnCollected();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _trims.Should().Be(0);
    }

    private void Rush()
    {
        _allocated += HeapTrim.Rush;
        _trim.OnCollected();
    }
}
