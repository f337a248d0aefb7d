using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A plugin's connection whose class inherits ASP.NET's Abort, which cancels on another thread what disposing disposes: an exception there ends the process.</summary>
public sealed class ContainedConnectionTests : IAsyncDisposable
{
    private readonly Testing.WatchedClock _clock = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly InheritingConnection _inner = new();
    private readonly CancellationToken _aborted;
    private readonly ConnectionContext _contained;

    public ContainedConnectionTests()
    {
        // The inherited one, which is cancelled; a class may show another.
        _aborted = _inner.ConnectionClosed;
        _inner.ConnectionClosed = _closed.Token;
        var faults = new TransportFaults("echo", NullLogger.Instance);
        _contained = ContainedConnection.Of(_inner, new CallGuard(faults, _clock), faults, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _contained.DisposeAsync();
        await _inner.DisposeAsync();
        _closed.Dispose();
    }

    [Fact]
    public async Task It_is_disposed_when_its_abort_is_over()
    {
        _contained.Abort();
        Task disposing = _contained.DisposeAsync().AsTask();

        await _clock.BegunAsync(TimeSpan.FromSeconds(1)).SoonAsync();
        await Patience.UntilAsync(() => _aborted.IsCancellationRequested);
        _inner.IsDisposed.Should().BeFalse();
        await _closed.CancelAsync();
        await disposing.SoonAsync();
        _inner.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task One_that_never_says_that_it_is_closed_is_disposed_after_a_moment()
    {
        _contained.Abort();
        Task disposing = _contained.DisposeAsync().AsTask();

        await _clock.PassAsync(TimeSpan.FromSeconds(1)).SoonAsync();

        await disposing.SoonAsync();
        _inner.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task Once_disposed_it_is_not_aborted()
    {
        await _contained.DisposeAsync();
        _contained.Abort();

        _inner.IsDisposed.Should().BeTrue();
        _aborted.IsCancellationRequested.Should().BeFalse();
    }

    private sealed class InheritingConnection : DefaultConnectionContext
    {
        private volatile bool _isDisposed;

        public bool IsDisposed => _isDisposed;

        public override ValueTask DisposeAsync()
        {
            _isDisposed = true;
            return base.DisposeAsync();
        }
    }
}
