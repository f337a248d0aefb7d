using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// A whole Tor network on this machine: four directory authorities that are its only relays. All of it is on loopback and
/// none of it can dial out. It ends when it is disposed, and at the latest when this process ends, however that ends.
/// </summary>
public sealed class PrivateTorNetwork : IAsyncDisposable
{
    // Ports are free a moment before they are taken, and somebody else may be faster.
    private const int MostStarts = 3;

    private readonly Lock _gate = new();
    private readonly SandboxFolder _folder;
    private readonly ImmutableArray<TorNode> _nodes;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watch;
    private bool _isStopping;
    private int _clients;
    private Task? _stop;

    private PrivateTorNetwork(HelperProgram program, SandboxFolder folder, PrivateTorNetworkStart start, ImmutableArray<TorNode> nodes, PrivateTorNetworkTimings timings, TimeProvider clock)
    {
        Program = program;
        _folder = folder;
        _nodes = nodes;
        _clock = clock;
        Timings = timings;
        Address = IPAddress.Parse(start.Authorities[0].Address);
        ClientTorrc = SandboxTorrc.Joining(start.Authorities);
        TorrcGuard.Check(ClientTorrc);
        _watch = Task.WhenAll(_nodes.Select(WatchAsync));
    }

    /// <summary>The tor that all of it runs.</summary>
    public HelperProgram Program { get; }

    /// <summary>The loopback address of the authorities.</summary>
    public IPAddress Address { get; }

    /// <summary>The configuration lines with which a tor joins this network, and no other.</summary>
    public ImmutableArray<string> ClientTorrc { get; }

    /// <summary>How long the start took.</summary>
    public PrivateTorNetworkTimings Timings { get; }

    /// <summary>The folder it lives in, absolute.</summary>
    public string Folder => _folder.Path;

    /// <summary>The process ids of the authorities.</summary>
    public ImmutableArray<int> ProcessIds => [.. _nodes.Select(n => n.ProcessId)];

    /// <summary>Completes, with the reason as a sentence, when an authority ends that was not told to.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Starts a network and waits until its authorities have a consensus, so that clients can join.</summary>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="OverlayException">There is no tor, one ended, or the network did not come to be in time; the message holds tor's last words.</exception>
    public static async Task<PrivateTorNetwork> StartAsync(PrivateTorNetworkOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PrivateTorNetworkOptions();
        var stages = new StageRecorder(options.Progress, options.Clock);
        HelperProgram? program = null;
        await stages.DoAsync(SandboxStageKind.Program, async () =>
        {
            program = await options.Programs.FindAsync("tor", options.TorPath, cancellationToken);
            return program.Origin;
        });

        using CancellationTokenSource timeout = Deadline.After(options.StartTimeout, options.Clock).CreateLinkedSource(cancellationToken);
        SandboxFolder folder = SandboxFolder.Open(options.Folder);
        var start = new PrivateTorNetworkStart(options, program!, folder, stages);
        try
        {
            ImmutableArray<TorNode> nodes = await StartAsync(start, timeout.Token);
            var timings = new PrivateTorNetworkTimings(stages.Done, stages.Elapsed, start.KeysFromCache, start.IsWarm);
            return new PrivateTorNetwork(program!, folder, start, nodes, timings, options.Clock);
        }
        catch (Exception e)
        {
            folder.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                string limit = options.StartTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                throw new OverlayException($"The private Tor network was not up within {limit} s; it was at '{stages.Current?.What}'. Try again when the machine is less busy. What the tors said last: {start.LastWords}", e);
            }

            throw;
        }
    }

    /// <summary>Starts a bare tor client on this network and waits until it is ready.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A client, owned by the caller and to be disposed before the network.</returns>
    /// <exception cref="OverlayException">It ended; the message holds its last words.</exception>
    public Task<PlainTorClient> StartClientAsync(CancellationToken cancellationToken = default)
    {
        return PlainTorClient.StartAsync(Program, ClientTorrc, NextFolder(), _clock, cancellationToken);
    }

    /// <summary>Starts a bridge of this network, which is reached through obfs4 alone.</summary>
    /// <param name="obfs4">The program that speaks obfs4.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A bridge, owned by the caller and to be disposed before the network.</returns>
    /// <exception cref="OverlayException">It ended; the message holds its last words.</exception>
    public Task<TorBridge> StartBridgeAsync(HelperProgram obfs4, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(obfs4);
        return TorBridge.StartAsync(Program, obfs4, ClientTorrc, Address, NextFolder(), _clock, cancellationToken);
    }

    /// <summary>Ends one authority as a crash would, for tests: with three relays left no new onion service is reached.</summary>
    /// <param name="index">Which, from 0.</param>
    public Task KillAuthorityAsync(int index) => _nodes[index].KillAsync();

    /// <summary>Ends the network. A folder that was named is kept, and the network can be started there again.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            return _stop ??= EndAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    private static async Task<ImmutableArray<TorNode>> StartAsync(PrivateTorNetworkStart start, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await start.RunAsync(cancellationToken);
            }
            catch (TorEndedException e) when (e.IsAddressInUse && attempt < MostStarts)
            {
                start.ForgetLayout();
            }
        }
    }

    private TorNodeFolder NextFolder() => new(Path.Combine(_folder.Path, $"c{Interlocked.Increment(ref _clients)}"));

    private async Task EndAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        await _watch;
        _folder.Dispose();
    }

    private async Task WatchAsync(TorNode node)
    {
        HelperExit exit = await node.Exited;
        if (!Volatile.Read(ref _isStopping))
        {
            _broken.TrySetResult($"The sandbox's authority {node.Name} ended (exit code {exit.ExitCode.ToString(CultureInfo.InvariantCulture)}). Its last words: {node.LastWords}");
        }
    }
}
