using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Cli;

/// <summary>Ctrl-C, SIGTERM and the terminal's end: the first asks the command to stop in good order, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int ExitOfSignal = 128;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public StopSignals() => _registrations =
    [
        Register(PosixSignal.SIGINT, number: 2),
        Register(PosixSignal.SIGTERM, number: 15),
        Register(PosixSignal.SIGHUP, number: 1),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            _stop.Cancel();
        }
        else
        {
            // Helper processes end with this one, however it ends.
            Environment.Exit(ExitOfSignal + number);
        }
    });
}
