using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A tor of our own: its configuration, its process, and a session with each of its runs.</summary>
internal sealed partial class ManagedTor : ITorSource
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private readonly TorFolders _folders;
    private readonly FileStream _lock;
    private readonly HelperProgram _program;
    private readonly IReadOnlyList<string> _lines;
    private readonly SocketEngine _engine;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ILogger _torLogger;

    private ManagedTor(TorFolders folders, FileStream @lock, HelperProgram program, IReadOnlyList<string> lines, SocketEngine engine, TimeProvider clock, ILoggerFactory loggers)
    {
        _folders = folders;
        _lock = @lock;
        _program = program;
        _lines = lines;
        _engine = engine;
        _clock = clock;
        _logger = loggers.CreateLogger("Klyntar.Overlay.Transports.Tor");
        Doors = new OwnDoors(folders, engine);
        _torLogger = loggers.CreateLogger("Klyntar.Overlay.Transports.Tor.Process");
    }

    public IVisitorDoors Doors { get; }

    /// <summary>Gets everything ready, so that only the process is to be started.</summary>
    /// <exception cref="OverlayException">The configuration, the folder or the program is no good; the message says what to do.</exception>
    public static async Task<ManagedTor> PrepareAsync(TorOptions options, bool usesUnixSockets, SocketEngine engine, ITransportContext context, CancellationToken cancellationToken)
    {
        if (Torrc.Check(options) is { Count: > 0 } problems)
        {
            throw new OverlayException($"The configuration of the Tor transport is not valid. {string.Join(' ', problems)}");
        }

        FileStream folderLock = Lock(context.Folder);
        TorFolders? folders = null;
        try
        {
            folders = TorFolders.Prepare(context.Folder, usesUnixSockets);
            string[] lines = [.. await Bridges.LinesAsync(options, context.Programs, cancellationToken), .. Torrc.Lines(options)];
            HelperProgram program = await context.Programs.FindAsync("tor", options.Program, cancellationToken);
            var tor = new ManagedTor(folders, folderLock, program, lines, engine, context.Clock, context.Loggers);
            tor.WriteConfiguration();
            if (lines.Length > 0)
            {
                await tor.VerifyAsync(cancellationToken);
            }

            return tor;
        }
        catch
        {
            folders?.Dispose();
            await folderLock.DisposeAsync();
            throw;
        }
    }

    public Task RunAsync(Func<TorSession, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken)
    {
        var supervisor = new HelperSupervisor(PrepareRunAsync, new RestartBackOff(), _logger)
        {
            Clock = _clock,
            OnInterrupted = interruption => interrupted(LogText.Redact(interruption.Why)),
        };
        return supervisor.RunAsync(ServeAsync, cancellationToken);

        async Task ServeAsync(HelperProcess process, CancellationToken ended)
        {
            await using TorSession session = await OwnedSession.OpenAsync(_folders, _lines, _engine, _clock, _logger, ended);
            Log.Connected(_logger, session.ShownVersion, _program.Origin);
            session.OnWorking = supervisor.OnWorking;
            await serve(session, ended);
        }
    }

    public void Dispose()
    {
        _folders.Dispose();
        _lock.Dispose();
    }

    // Two tors on one DataDirectory would fight over the guards and the sockets. The lock ends with the process.
    private static FileStream Lock(string folder)
    {
        string path = Path.Join(folder, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"Tor's folder {folder} is in use by another gateway, or cannot be written: {e.Message} End the other one, or configure another data folder.", e);
        }
    }

    private ValueTask<HelperProcessOptions> PrepareRunAsync(CancellationToken cancellationToken)
    {
        // Written anew for each run: somebody may have cleaned up.
        WriteConfiguration();
        _folders.Clean();
        return ValueTask.FromResult(Options([], line =>
        {
            TorLogLine parsed = TorLogLine.Parse(line);
            Log.Tor(_torLogger, parsed.Level, parsed.Text);
        }));
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await using HelperProcess process = await HelperProcess.StartAsync(Options(["--verify-config"], null), cancellationToken);
        HelperExit exit = await process.Exited.WaitAsync(cancellationToken);
        if (exit.ExitCode == 0)
        {
            return;
        }

        IEnumerable<string> complaints = process.RecentOutput
            .Select(TorLogLine.Parse)
            .Where(line => line.Level >= LogLevel.Warning)
            .Select(line => line.Text);
        throw new OverlayException($"Tor does not accept its configuration. It says: {string.Join(' ', complaints)} Correct the lines under transports.tor.torrc, or the settings beside them.");
    }

    private HelperProcessOptions Options(IReadOnlyList<string> arguments, Action<string>? onOutput) => new()
    {
        Name = "tor",
        Program = _program,
        Arguments = ["--defaults-torrc", _folders.TorrcDefaults, "-f", _folders.Torrc, .. arguments],
        WorkingDirectory = _folders.Root,
        OnOutput = onOutput,
        StopGrace = StopGrace,
        Clock = _clock,
    };

    private void WriteConfiguration()
    {
        try
        {
            Write(_folders.TorrcDefaults, "");
            Write(_folders.Torrc, Torrc.Text(_folders, _lines));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"Tor's configuration cannot be written: {e.Message}", e);
        }
    }

    // The operator's lines may hold secrets: bridges, proxy passwords.
    private static void Write(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
