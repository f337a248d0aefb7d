using System.Collections.Concurrent;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>An i2pd of our own: its configuration, its process, and the SAM bridge of each of its runs.</summary>
internal sealed partial class ManagedI2pd : IRouterSource
{
    // i2pd 2.45 never ends of itself while a session is being created. What it would save then, it saves each minute anyway.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(4);

    // The bridge is there some 50 ms after the start; there is no event to wait for before.
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan VersionPatience = TimeSpan.FromSeconds(2);

    private readonly I2pdFolders _folders;
    private readonly HelperProgram _program;
    private readonly IReadOnlyList<string> _lines;
    private readonly SocketEngine _engine;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ILogger _routerLogger;
    private Run _run = new(Sam: new IPEndPoint(IPAddress.Loopback, 0));

    private ManagedI2pd(I2pdFolders folders, HelperProgram program, IReadOnlyList<string> lines, SocketEngine engine, TimeProvider clock, ILoggerFactory loggers)
    {
        _folders = folders;
        _program = program;
        _lines = lines;
        _engine = engine;
        _clock = clock;
        _logger = loggers.CreateLogger("Klyntar.Overlay.Transports.I2P");
        _routerLogger = loggers.CreateLogger("Klyntar.Overlay.Transports.I2P.Process");
    }

    /// <summary>Gets everything ready, so that only the process is to be started.</summary>
    /// <exception cref="OverlayException">The configuration, the folder or the program is no good; the message says what to do.</exception>
    public static async Task<ManagedI2pd> PrepareAsync(I2pdSettings settings, SocketEngine engine, ITransportContext context, CancellationToken cancellationToken)
    {
        Accept(I2pdConf.Check(settings.Lines));
        I2pdFolders folders = I2pdFolders.Prepare(context.Folder);
        try
        {
            HelperProgram program = await context.Programs.FindAsync("i2pd", settings.Program, cancellationToken);
            var router = new ManagedI2pd(folders, program, settings.Lines, engine, context.Clock, context.Loggers);
            if (settings.Lines.Count > 0)
            {
                Accept(I2pdConf.CheckKnown(settings.Lines, await router.HelpAsync(cancellationToken)));
            }

            return router;
        }
        catch
        {
            folders.Dispose();
            throw;
        }
    }

    public Task RunAsync(Func<RouterRun, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken)
    {
        var supervisor = new HelperSupervisor(PrepareRunAsync, new RestartBackOff(), _logger)
        {
            Clock = _clock,
            OnInterrupted = interruption => interrupted(LogText.Redact(interruption.Why)),
        };
        return supervisor.RunAsync(ServeAsync, cancellationToken);

        async Task ServeAsync(HelperProcess process, CancellationToken ended)
        {
            Run run = _run;
            await using SamConnection connection = await AwaitBridgeAsync(process, run.Sam, ended);
            string? version = await VersionAsync(run, ended);
            Log.Answers(_logger, version ?? "of unknown version", _program.Origin);
            var serving = new RouterRun(run.Sam, null) { OnWorking = supervisor.OnWorking, Version = version, SamVersion = connection.Version, IsNew = true, Progress = run.Progress.Status };
            await BridgeWatch.ServeAsync(connection, _clock, stop => serve(serving, stop), ended);
        }
    }

    public void Dispose() => _folders.Dispose();

    private static void Accept(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new OverlayException($"The configuration of the I2P transport is not valid. {string.Join(' ', problems)}");
        }
    }

    private ValueTask<HelperProcessOptions> PrepareRunAsync(CancellationToken cancellationToken)
    {
        var run = new Run(OwnListener.Choose());
        _folders.Write(I2pdConf.Text(run.Sam, _lines));
        _run = run;
        string[] certificates = !I2pdConf.Sets(_lines, I2pdConf.CertificateFolder) && I2pdCertificates.Find(_program.Path) is { } folder
            ? [$"--{I2pdConf.CertificateFolder}={folder}"]
            : [];
        return ValueTask.FromResult(new HelperProcessOptions
        {
            Name = "i2pd",
            Program = _program,
            Arguments =
            [
                $"--datadir={_folders.Data}", $"--conf={_folders.Conf}", $"--tunconf={_folders.Tunnels}", $"--tunnelsdir={_folders.Nothing}", $"--pidfile={_folders.RouterPid}", .. certificates,
            ],
            WorkingDirectory = _folders.Root,
            OnOutput = line => OnLine(run, line),
            Redact = line => I2pdLogLine.Parse(line).Text,
            StopGrace = StopGrace,
            Clock = _clock,
        });
    }

    private void OnLine(Run run, string line)
    {
        if (I2pdBanner.TryParse(line) is { } version)
        {
            run.Version.TrySetResult(version.ToString());
        }

        I2pdLogLine parsed = I2pdLogLine.Parse(line);
        Log.I2pd(_routerLogger, parsed.Level, parsed.Text);
        run.Progress.OnLine(parsed.Text);
    }

    private async Task<SamConnection> AwaitBridgeAsync(HelperProcess process, IPEndPoint sam, CancellationToken cancellationToken)
    {
        SamConnection greeted = await GreetedAsync(new SamBridge(_engine, sam, new SamConnectionOptions { Clock = _clock }), cancellationToken);
        if (!OwnListener.IsOf(process.Id, sam))
        {
            await greeted.DisposeAsync();
            throw new OverlayException($"Another program listens at {sam}, where i2pd was to open its SAM bridge. If that happens again, look who it is.");
        }

        return greeted;
    }

    private async Task<SamConnection> GreetedAsync(SamBridge bridge, CancellationToken cancellationToken)
    {
        Deadline deadline = Deadline.After(ConnectPatience, _clock);
        while (true)
        {
            try
            {
                return await bridge.OpenAsync(cancellationToken);
            }
            catch (SamException e) when (deadline.IsOver)
            {
                throw new OverlayException($"i2pd did not open its SAM bridge within {ConnectPatience.TotalSeconds:0} s. Its log says why; at the level debug all of it is shown.", e);
            }
            catch (SamException)
            {
                await Task.Delay(ConnectPause, _clock, cancellationToken);
            }
        }
    }

    // It is said before the bridge is opened, but a thread of its own writes i2pd's log.
    private async Task<string?> VersionAsync(Run run, CancellationToken cancellationToken)
    {
        Task<string> told = run.Version.Task;
        await ((Task)told.WaitAsync(VersionPatience, _clock, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return told.IsCompletedSuccessfully ? await told : null;
    }

    private async Task<IEnumerable<string>> HelpAsync(CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        await using HelperProcess process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "i2pd",
                Program = _program,
                Arguments = ["--help"],
                WorkingDirectory = _folders.Root,
                OnOutput = lines.Enqueue,
                StopGrace = StopGrace,
                Clock = _clock,
            },
            cancellationToken);
        HelperExit exit = await process.Exited.WaitAsync(cancellationToken);
        return exit.ExitCode == 0
            ? lines
            : throw new OverlayException($"{_program.Path} ({_program.Origin}) does not tell its settings: it {exit}. Check that it is i2pd.");
    }

    /// <summary>What belongs to one run.</summary>
    private sealed record Run(IPEndPoint Sam)
    {
        public ProgressReader Progress { get; } = new();

        public TaskCompletionSource<string> Version { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
