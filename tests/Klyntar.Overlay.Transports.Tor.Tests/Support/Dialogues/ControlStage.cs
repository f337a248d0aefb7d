using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Where a scenario is played: before a real tor with a recorder in between, or before a replay. The scenario does not know which.</summary>
internal sealed class ControlStage : IAsyncDisposable
{
    public const string Password = "open sesame";

    public const string WrongPassword = "close sesame";

    /// <summary>The password's hash, as <c>tor --hash-password</c> made it.</summary>
    public const string HashedPassword = "16:0E8C444F3A0FB7C560F9B51B52651B4FE63FA4DFEE0CF7A4B9DBED0745";

    private static readonly string WrongCookie = new('0', 2 * SafeCookie.Length);

    private readonly TempFolder _folder = new();
    private HelperProcess? _tor;
    private ControlRecorder? _recorder;
    private ControlReplay? _replay;

    private ControlStage() => Folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);

    /// <summary>The folders of a managed tor; its control socket is the recorder's or the replay's.</summary>
    public TorFolders Folders { get; }

    public WatchedClock Clock { get; } = new();

    public LogCapture Log { get; } = new();

    public ILogger Logger => Log.CreateLogger("tor");

    public UnixDomainSocketEndPoint EndPoint => new(Folders.ControlSocket);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Plays a scenario before a real tor that touches no network.</summary>
    /// <returns>What was said.</returns>
    public static async Task<Dialogue> RecordAsync(ControlScenario scenario, CancellationToken cancellationToken)
    {
        await using var stage = new ControlStage();
        await stage.StartTorAsync(scenario.Torrc);
        await scenario.PlayAsync(stage).WaitAsync(cancellationToken);
        return new Dialogue(scenario.Name, scenario.About, await stage._recorder!.FinishAsync());
    }

    /// <summary>Plays a scenario before a replay.</summary>
    /// <returns>Null once it was played to its end; where tor broke off, how the scenario ended.</returns>
    /// <exception cref="Xunit.Sdk.XunitException">The client did not say its lines, or took a dialogue that was broken off for a whole one.</exception>
    public static async Task<OverlayException?> ReplayAsync(ControlScenario scenario, Dialogue dialogue, ReplayOptions options, CancellationToken cancellationToken)
    {
        await using var stage = new ControlStage();
        byte[] cookie = RandomNumberGenerator.GetBytes(SafeCookie.Length);
        File.WriteAllBytes(stage.Folders.Cookie, cookie);
        File.SetUnixFileMode(stage.Folders.Cookie, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var values = new DialogueValues();
        foreach ((string name, string value) in stage.Known(cookie))
        {
            values.Know(name, value);
        }

        ControlReplay replay = stage._replay = new ControlReplay(stage.EndPoint, dialogue, values, options);
        OverlayException? end = null;
        Task playing = scenario.PlayAsync(stage);
        if (options.SilentFrom is not null)
        {
            await Task.WhenAny(replay.BrokeOff, playing);
            stage.Clock.Advance(new ControlConnectionOptions().AnswerTimeout);
        }

        try
        {
            await playing.WaitAsync(cancellationToken);
        }
        catch (OverlayException e)
        {
            end = e;
        }
        catch (Exception) when (replay.HasFailed)
        {
            // Why it has is thrown below.
        }

        bool isWhole = await replay.FinishAsync();
        if (isWhole && end is not null)
        {
            throw new Xunit.Sdk.XunitException($"{dialogue.Name} was played to its end, and the client did not like it: {end}");
        }

        if (!isWhole && end is null)
        {
            throw new Xunit.Sdk.XunitException($"{dialogue.Name} broke off in line {await replay.BrokeOff}{(options.SilentFrom is null ? $" after {options.BreaksOffAfter} bytes" : "")}, and the client did not mind.");
        }

        return end;
    }

    public async Task<TorControlConnection> ConnectAsync() =>
        new(await SocketEngine.Portable.ConnectAsync(EndPoint, null, Ct), new ControlConnectionOptions { Clock = Clock }, Logger);

    /// <summary>Connects, and authenticates by the cookie.</summary>
    public async Task<TorControlConnection> OpenAsync()
    {
        TorControlConnection control = await ConnectAsync();
        try
        {
            await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = Folders.Cookie }, Ct);
            return control;
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends tor, not by its control port. A replay ends by itself.</summary>
    public Task EndTorAsync() => _tor?.StopAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_recorder, _replay, _tor])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        Folders.Dispose();
        _folder.Dispose();
        Log.Dispose();
    }

    private async Task StartTorAsync(IEnumerable<string> lines)
    {
        string control = Folders.SocketPath("tor");
        string torrc = string.Join('\n', [
            $"DataDirectory {Folders.Data}",
            $"ControlPort unix:{control}",
            $"SocksPort unix:{Folders.SocksSocket}",
            "DisableNetwork 1",
            "AvoidDiskWrites 1",
            "ShutdownWaitLength 0",
            "Log notice stdout",
            .. lines,
            "",
        ]);
        await File.WriteAllTextAsync(Folders.Torrc, torrc, Ct);
        await File.WriteAllTextAsync(Folders.TorrcDefaults, "", Ct);
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tor = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "tor",
                Program = await new RealTor().FindAsync("tor", null, Ct),
                Arguments = ["--defaults-torrc", Folders.TorrcDefaults, "-f", Folders.Torrc],
                WorkingDirectory = Folders.Root,
                OnOutput = line => _ = line.Contains("Bootstrapped 0%", StringComparison.Ordinal) && opened.TrySetResult(),
            },
            Ct);
        if (await Task.WhenAny(opened.Task, _tor.Exited) != opened.Task)
        {
            Assert.Fail($"Tor ended: {string.Join('\n', _tor.RecentOutput)}");
        }

        var names = new DialogueNames();
        byte[]? cookie = File.Exists(Folders.Cookie) ? await File.ReadAllBytesAsync(Folders.Cookie, Ct) : null;
        foreach ((string name, string value) in Known(cookie))
        {
            names.Know(name, value);
        }

        _recorder = new ControlRecorder(EndPoint, new UnixDomainSocketEndPoint(control), names);
    }

    private IEnumerable<(string Name, string Value)> Known(byte[]? cookie)
    {
        yield return ("folder", Folders.Root);
        yield return ("password", Password);
        yield return ("wrong-password", WrongPassword);
        yield return ("wrong-cookie", WrongCookie);
        if (cookie is not null)
        {
            yield return ("cookie", Convert.ToHexString(cookie));
        }
    }
}
