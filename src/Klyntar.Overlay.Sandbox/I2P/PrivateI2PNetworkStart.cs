using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Brings the routers of a private I2P network up.</summary>
/// <param name="options">How.</param>
/// <param name="program">i2pd.</param>
/// <param name="folder">Where the network lives.</param>
/// <param name="stages">Told of the stages.</param>
internal sealed class PrivateI2PNetworkStart(PrivateI2PNetworkOptions options, HelperProgram program, SandboxFolder folder, StageRecorder stages)
{
    private const int MostAttempts = 3;

    // Where a small network comes to carry streams it takes half as long; where it does not, it never will.
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(30);

    // Before it i2pd takes no address of loopback for a router's.
    private static readonly Version FirstWithSeveral = new(2, 51);

    private readonly TimeProvider _clock = options.Clock;
    private ImmutableArray<I2PRouter> _routers = [];

    /// <summary>Where the routers are.</summary>
    public ImmutableArray<RouterPlace> Places { get; private set; } = [];

    /// <summary>How many networks were begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>What each router said last, where the start failed.</summary>
    public string LastWords { get; private set; } = "";

    /// <summary>What sessions on the network need: tunnels as short as it is small.</summary>
    public ImmutableArray<string> SessionOptions => SandboxI2pdConf.OfSessions(options.Routers);

    /// <summary>The routers for clients: not the one that keeps everybody's lease sets, unless it is alone.</summary>
    public ImmutableArray<RouterPlace> ForClients => Places.Length == 1 ? Places : Places[1..];

    /// <summary>Starts the routers and waits until they carry a stream.</summary>
    /// <returns>The running routers, owned by the caller.</returns>
    /// <exception cref="OverlayException">One ended, or no stream came about; the message holds their last words.</exception>
    public async Task<ImmutableArray<I2PRouter>> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Attempts++;
            try
            {
                await BeginAsync(cancellationToken);
                return _routers;
            }
            catch (Exception e)
            {
                LastWords = string.Join(" ", _routers.Select(r => $"{r.Name}: {r.LastWords}"));
                await EndAsync();
                if (e is not NoStreamException || Attempts == MostAttempts)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Starts one of them.</summary>
    public Task<I2PRouter> StartRouterAsync(int index, CancellationToken cancellationToken) =>
        I2PRouter.StartAsync(Name(index), program, FolderOf(index), SandboxI2pdConf.OfRouter(Places[index], IsFloodfill(index)), _clock, cancellationToken);

    /// <summary>The folder of one of them.</summary>
    public I2PRouterFolder FolderOf(int index) => new(Path.Combine(folder.Path, Name(index)));

    private static string Name(int index) => $"r{index}";

    private static bool IsFloodfill(int index) => index == 0;

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        Places = [.. LoopbackAddress.ChooseNeighbours(options.Routers).Select(RouterPlace.ChooseAt)];
        for (int i = 0; i < Places.Length; i++)
        {
            if (Directory.Exists(FolderOf(i).Path))
            {
                Directory.Delete(FolderOf(i).Path, recursive: true);
            }
        }

        if (Places.Length > 1)
        {
            await stages.DoAsync(SandboxStageKind.Introduction, () => IntroduceAsync(cancellationToken));
        }

        await stages.DoAsync(SandboxStageKind.Routers, async () =>
        {
            await StartAllAsync(cancellationToken);
            await Task.WhenAll(_routers.Select((router, i) => router.BridgeAsync(Places[i].Sam, _clock, cancellationToken)));
            return Places.Length == 1 ? $"a router that is its own network, on {Places[0].Address}" : $"{Places.Length} routers on {Places[0].Address} and after";
        });
        if (options.AwaitsStream)
        {
            await stages.DoAsync(SandboxStageKind.Stream, () => AwaitStreamAsync(cancellationToken));
        }
    }

    private async Task<string?> IntroduceAsync(CancellationToken cancellationToken)
    {
        await StartAllAsync(cancellationToken);
        await Task.WhenAll(_routers.Select((router, i) =>
            router.UntilAsync("telling of itself", _ => Task.FromResult(router.Version is not null && RouterIntroduction.IsReady(FolderOf(i), IsFloodfill(i))), _clock, cancellationToken)));
        if (_routers[0].Version is { } version && version < FirstWithSeveral)
        {
            throw new OverlayException($"{Places.Length} routers on one machine need i2pd {FirstWithSeveral} or later, and this is {version} ({program.Origin}). Start one router, or another i2pd.");
        }

        // Killed, so that none changes what it has written of itself.
        await EndAsync();
        RouterIntroduction.Introduce([.. Places.Select((_, i) => FolderOf(i))]);
        return null;
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        Task<I2PRouter>[] starting = [.. Places.Select((_, i) => StartRouterAsync(i, cancellationToken))];
        await ((Task)Task.WhenAll(starting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _routers = [.. starting.Where(t => t.IsCompletedSuccessfully).Select(t => t.Result)];
        await Task.WhenAll(starting);
    }

    private async Task<string?> AwaitStreamAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = Deadline.After(StreamPatience, _clock).CreateLinkedSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        try
        {
            await using PlainSamClient service = await PlainSamClient.StartAsync(ForClients[0].Sam, SessionOptions, _clock, patience.Token);
            await using PlainSamClient client = await PlainSamClient.StartAsync(ForClients[^1].Sam, SessionOptions, _clock, patience.Token);
            Task echoing = service.EchoAsync(done.Token);
            Task<Socket> dialling = client.DialUntilEchoedAsync(service.Destination, done.Token);
            try
            {
                await await Task.WhenAny(dialling, echoing);
                (await dialling).Dispose();
            }
            finally
            {
                await done.CancelAsync();
                await Task.WhenAll(dialling, echoing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return Attempts == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"at attempt {Attempts}");
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new NoStreamException($"No stream came about in the private I2P network within {StreamPatience.TotalSeconds:0} s. Try again when the machine is less busy. What the routers said last: {string.Join(" ", _routers.Select(r => $"{r.Name}: {r.LastWords}"))}", e);
        }
    }

    private async Task EndAsync()
    {
        await Task.WhenAll(_routers.Select(r => r.DisposeAsync().AsTask()));
        _routers = [];
    }

    private sealed class NoStreamException(string message, Exception cause) : OverlayException(message, cause);
}
