using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Sandbox;

/// <summary>One i2pd process of a sandbox. It ends with this process, or when it is stopped, whichever comes first.</summary>
internal sealed class I2PRouter : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly HelperProcess _process;

    private I2PRouter(string name, HelperProcess process)
    {
        Name = name;
        _process = process;
    }

    /// <summary>Its name in messages.</summary>
    public string Name { get; }

    /// <summary>Whether its end is meant.</summary>
    public bool IsToEnd { get; set; }

    /// <summary>Its version; null until it has told it.</summary>
    public Version? Version => _process.RecentOutput.Select(I2pdBanner.TryParse).FirstOrDefault(v => v is not null);

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when it has ended.</summary>
    public Task<HelperExit> Exited => _process.Exited;

    /// <summary>What it said last, for messages.</summary>
    public string LastWords
    {
        get
        {
            const int Most = 6;
            IEnumerable<string> lines = _process.RecentOutput.Select(line => I2pdLogLine.Parse(line).Text).Distinct().TakeLast(Most);
            return string.Join(" / ", lines) is { Length: > 0 } words ? words : "none.";
        }
    }

    /// <summary>Starts a router.</summary>
    /// <exception cref="OverlayException">It cannot be started.</exception>
    public static async Task<I2PRouter> StartAsync(string name, HelperProgram program, I2PRouterFolder folder, IReadOnlyCollection<string> lines, TimeProvider clock, CancellationToken cancellationToken)
    {
        folder.Prepare(lines);
        return new I2PRouter(name, await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = name,
                Program = program,
                Arguments = folder.Arguments,
                WorkingDirectory = folder.Path,

                // It keeps nothing that would need an end in good order, and that end may take it minutes.
                StopGrace = TimeSpan.Zero,
                Clock = clock,
            },
            cancellationToken));
    }

    /// <summary>Waits until its SAM bridge answers.</summary>
    /// <exception cref="OverlayException">It ended meanwhile; the message holds its last words.</exception>
    public Task BridgeAsync(IPEndPoint sam, TimeProvider clock, CancellationToken cancellationToken) =>
        UntilAsync("opening its SAM bridge", async stop =>
        {
            try
            {
                using Socket greeted = await PlainSam.ConnectAsync(sam, stop);
                return true;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                return false;
            }
        }, clock, cancellationToken);

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <param name="what">What is awaited, for the message of a failure.</param>
    /// <param name="isDone">The question.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It ended meanwhile; the message holds its last words.</exception>
    public async Task UntilAsync(string what, Func<CancellationToken, Task<bool>> isDone, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (!await isDone(cancellationToken))
        {
            if (_process.Exited.IsCompleted)
            {
                HelperExit exit = await _process.Exited;
                throw new OverlayException($"The sandbox's i2pd {Name} ended while {what} (exit code {exit.ExitCode.ToString(CultureInfo.InvariantCulture)}). Its last words: {LastWords}");
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    /// <summary>Ends it as a crash would.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
