using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// A whole I2P network on this machine: one router that is its own network, or three. All of it is on loopback and
/// none of it can dial out. It ends when it is disposed, and at the latest when this process ends, however that ends.
/// </summary>
public sealed class PrivateI2PNetwork : IAsyncDisposable
{
    /// <summary>The name of a newer i2pd than the one of Debian 12, unpacked beside it where it can be had: with it, three routers are possible.</summary>
    public const string NewerI2pd = "i2pd-trixie";

    private const string Acquaintances = "routers.zip";

    private readonly Lock _gate = new();
    private readonly SandboxFolder _folder;
    private readonly PrivateI2PNetworkStart _start;
    private readonly I2PRouter[] _routers;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _stop;

    private PrivateI2PNetwork(HelperProgram program, SandboxFolder folder, PrivateI2PNetworkStart start, ImmutableArray<I2PRouter> routers, PrivateI2PNetworkTimings timings, TimeProvider clock)
    {
        Program = program;
        _folder = folder;
        _start = start;
        _routers = [.. routers];
        _clock = clock;
        Timings = timings;
        Sams = [.. start.ForClients.Select(p => p.Sam)];
        foreach (I2PRouter router in routers)
        {
            _ = WatchAsync(router);
        }

        if (routers.Length > 1)
        {
            RouterIntroduction.WriteZip(Path.Combine(folder.Path, Acquaintances), routers.Select((_, i) => start.FolderOf(i)));
        }
    }

    /// <summary>With these a gateway uses one of the network's routers, by its SAM bridge.</summary>
    public I2POptions ClientOptions => SandboxI2pdConf.OptionsOf(SessionOptions) with { Sam = Sams[^1] };

    /// <summary>What each session has to say on a network of one router.</summary>
    public static ImmutableArray<string> SoloSessionOptions => SandboxI2pdConf.OfSessions(1);

    /// <summary>The i2pd that all of it runs.</summary>
    public HelperProgram Program { get; }

    /// <summary>The SAM bridges for clients: one, or two that are strangers to each other.</summary>
    public ImmutableArray<IPEndPoint> Sams { get; }

    /// <summary>What each session has to say at its creation: tunnels as short as the network is small.</summary>
    public ImmutableArray<string> SessionOptions => _start.SessionOptions;

    /// <summary>How long the start took.</summary>
    public PrivateI2PNetworkTimings Timings { get; }

    /// <summary>The folder it lives in, absolute.</summary>
    public string Folder => _folder.Path;

    /// <summary>The folder of one router, absolute.</summary>
    internal string RouterFolder(int index) => _start.FolderOf(index).Path;

    /// <summary>The process ids of the routers.</summary>
    public ImmutableArray<int> ProcessIds => [.. _routers.Select(r => r.ProcessId)];

    /// <summary>Completes, with the reason as a sentence, when a router ends that was not told to.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>The configuration lines with which an i2pd is a private network of its own, and knows no other.</summary>
    public static ImmutableArray<string> SoloLines() => Checked([.. SandboxI2pdConf.Joining(acquaintances: null), .. SandboxI2pdConf.At(RouterPlace.ChooseAt(LoopbackAddress.Choose()), isFloodfill: true)]);

    /// <summary>With these a gateway's own router is a private network of its own.</summary>
    public static I2POptions SoloOptions() => SandboxI2pdConf.OptionsOf(SoloSessionOptions) with { I2pdConf = SoloLines() };

    /// <summary>Starts a network and waits until it carries a stream, so that clients can join.</summary>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="OverlayException">There is no i2pd, one ended, or the network did not come to be in time; the message holds i2pd's last words.</exception>
    public static async Task<PrivateI2PNetwork> StartAsync(PrivateI2PNetworkOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PrivateI2PNetworkOptions();
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Routers is 1 or 3, true, nameof(options));
        var stages = new StageRecorder(options.Progress, options.Clock);
        HelperProgram? program = null;
        await stages.DoAsync(SandboxStageKind.I2pd, async () =>
        {
            program = await options.Programs.FindAsync(options.I2pd, options.I2pdPath, cancellationToken);
            return program.Origin;
        });

        using CancellationTokenSource timeout = Deadline.After(options.StartTimeout, options.Clock).CreateLinkedSource(cancellationToken);
        SandboxFolder folder = SandboxFolder.Open(options.Folder);
        var start = new PrivateI2PNetworkStart(options, program!, folder, stages);
        try
        {
            ImmutableArray<I2PRouter> routers = await start.RunAsync(timeout.Token);
            var timings = new PrivateI2PNetworkTimings(stages.Done, stages.Elapsed, start.Attempts);
            return new PrivateI2PNetwork(program!, folder, start, routers, timings, options.Clock);
        }
        catch (Exception e)
        {
            folder.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                string limit = options.StartTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                throw new OverlayException($"The private I2P network was not up within {limit} s; it was at '{stages.Current?.What}'. Try again when the machine is less busy. What the routers said last: {start.LastWords}", e);
            }

            throw;
        }
    }

    /// <summary>The configuration lines with which one i2pd more joins this network of three, and no other.</summary>
    /// <exception cref="InvalidOperationException">The network has one router, which none can join.</exception>
    public ImmutableArray<string> JoiningLines() =>
        _routers.Length > 1
            ? Checked([.. SandboxI2pdConf.Joining(Path.Combine(Folder, Acquaintances)), .. SandboxI2pdConf.At(RouterPlace.ChooseAt(LoopbackAddress.Choose()), isFloodfill: false)])
            : throw new InvalidOperationException("A network of one router cannot be joined: use its SAM bridge.");

    /// <summary>Starts a bare session on this network.</summary>
    /// <param name="bridge">On which of the bridges.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A client, owned by the caller.</returns>
    public Task<PlainSamClient> StartClientAsync(int bridge = 0, CancellationToken cancellationToken = default) =>
        PlainSamClient.StartAsync(Sams[bridge], SessionOptions, _clock, cancellationToken);

    /// <summary>Ends one router as a crash would and starts it again where it was, for tests.</summary>
    /// <param name="index">Which, from 0; of several, the first has no clients.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RestartRouterAsync(int index, CancellationToken cancellationToken = default)
    {
        I2PRouter former = _routers[index];
        former.IsToEnd = true;
        await former.DisposeAsync();
        I2PRouter router = await _start.StartRouterAsync(index, cancellationToken);
        _routers[index] = router;
        _ = WatchAsync(router);
        await router.BridgeAsync(_start.Places[index].Sam, _clock, cancellationToken);
    }

    /// <summary>Ends the network.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stop ??= EndAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    private static ImmutableArray<string> Checked(ImmutableArray<string> lines)
    {
        I2pdConfGuard.CheckJoining(lines);
        return lines;
    }

    private async Task EndAsync()
    {
        foreach (I2PRouter router in _routers)
        {
            router.IsToEnd = true;
        }

        await Task.WhenAll(_routers.Select(r => r.DisposeAsync().AsTask()));
        _folder.Dispose();
    }

    private async Task WatchAsync(I2PRouter router)
    {
        HelperExit exit = await router.Exited;
        if (!router.IsToEnd)
        {
            _broken.TrySetResult($"The sandbox's router {router.Name} ended (exit code {exit.ExitCode.ToString(CultureInfo.InvariantCulture)}). Its last words: {router.LastWords}");
        }
    }
}
