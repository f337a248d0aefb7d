using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;

namespace Klyntar.Overlay.Processes;

/// <summary>One run of a helper process. It ends when it is disposed, and at the latest when this process ends, however that ends.</summary>
public sealed class HelperProcess : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HelperProcessOptions _options;
    private readonly Tether _tether;
    private readonly Process _process;
    private readonly RecentLines _recent = new();
    private readonly Task _ended;
    private Task? _stop;
    private int _sent;

    private HelperProcess(HelperProcessOptions options, Tether tether, Process process)
    {
        _options = options;
        _tether = tether;
        _process = process;
        Id = process.Id;
        _ended = process.WaitForExitAsync();
        Exited = RunAsync();
    }

    /// <summary>Its process id.</summary>
    public int Id { get; }

    /// <summary>Its name in messages.</summary>
    public string Name => _options.Name;

    /// <summary>Completes when it has ended and its output is read; faults with what <see cref="HelperProcessOptions.OnOutput"/> threw, once it has ended.</summary>
    public Task<HelperExit> Exited { get; }

    /// <summary>The last lines of its output, at most 50, for messages.</summary>
    public IReadOnlyList<string> RecentOutput => _options.Redact is { } redact ? [.. _recent.Snapshot().Select(redact)] : _recent.Snapshot();

    /// <summary>Starts a process.</summary>
    /// <exception cref="OverlayException">It cannot be started.</exception>
    public static async ValueTask<HelperProcess> StartAsync(HelperProcessOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Tether tether = await Tether.BestAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await StartAsync(options, tether, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks it to end (SIGTERM) and kills it after the grace period. Returns when it has ended.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stop ??= EndAsync();
        }
    }

    /// <summary>Ends it as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    internal static async ValueTask<HelperProcess> StartAsync(HelperProcessOptions options, Tether tether, CancellationToken cancellationToken)
    {
        HelperLaunch.Check(options);
        cancellationToken.ThrowIfCancellationRequested();
        ProcessStartInfo info = HelperLaunch.Describe(options, tether);
        Process process;
        try
        {
            process = await LauncherThread.Instance.StartAsync(info).ConfigureAwait(false);
        }
        catch (Win32Exception error)
        {
            throw new OverlayException($"{options.Name} cannot be started: {options.Program.Path} ({options.Program.Origin}): {error.Message}. Check that the file is a program for this machine.", error);
        }

        return new HelperProcess(options, tether, process);
    }

    private async Task<HelperExit> RunAsync()
    {
        using CancellationTokenSource ended = new();
        OutputDelivery? delivery = DeliveryTo(_options.OnOutput);
        OutputDelivery? errors = _options.OnErrorOutput is null ? delivery : DeliveryTo(_options.OnErrorOutput);
        Task feeding = _tether.FeedAsync(_process, _options);
        Task reading = Task.WhenAll(
            new OutputPump((PipeStream)_process.StandardOutput.BaseStream, _recent, delivery).RunAsync(ended.Token),
            new OutputPump((PipeStream)_process.StandardError.BaseStream, _recent, errors).RunAsync(ended.Token));
        try
        {
            await _ended.ConfigureAwait(false);
            if (_tether.LeadsItsGroup)
            {
                // Its own children go with it. As long as one lives, the group's number is taken.
                Posix.Signal(-Id, Posix.SigKill);
            }

            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
            await _tether.ReleaseAsync(_process).ConfigureAwait(false);
            foreach (OutputDelivery told in new[] { delivery, errors }.OfType<OutputDelivery>().Distinct())
            {
                await told.CompleteAsync().ConfigureAwait(false);
            }

            lock (_gate)
            {
                return HelperExit.Of(_process.ExitCode, _sent);
            }
        }
        finally
        {
            lock (_gate)
            {
                _process.Dispose();
            }
        }
    }

    private OutputDelivery? DeliveryTo(Action<string>? listener) => listener is null ? null : new OutputDelivery(listener, _options.Clock);

    private async Task EndAsync()
    {
        if (Signal(Posix.SigTerm))
        {
            try
            {
                await _ended.WaitAsync(_options.StopGrace, _options.Clock).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Signal(Posix.SigKill);
            }
        }

        // What its listener threw is told by Exited.
        await ((Task)Exited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Signals the process unless it has ended, when its id may be another's.</summary>
    private bool Signal(int signal)
    {
        lock (_gate)
        {
            if (_ended.IsCompleted || _process.HasExited)
            {
                return false;
            }

            _sent = signal;
            Posix.Signal(Id, signal);
            return true;
        }
    }
}
