using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Brings the authorities of a private network up.</summary>
/// <param name="options">How.</param>
/// <param name="program">tor.</param>
/// <param name="folder">Where the network lives.</param>
/// <param name="stages">Told of the stages.</param>
internal sealed class PrivateTorNetworkStart(PrivateTorNetworkOptions options, HelperProgram program, SandboxFolder folder, StageRecorder stages)
{
    // Guard, middle and introduction or rendezvous point of both sides differ: with three relays clients join, but
    // onion services are never reached.
    private const int AuthorityCount = 4;

    private readonly TimeProvider _clock = options.Clock;
    private ImmutableArray<TorNode> _nodes = [];

    private string LayoutFile => Path.Combine(folder.Path, "network.json");

    /// <summary>The authorities; those that were there when the folder holds an earlier network.</summary>
    public ImmutableArray<TorAuthority> Authorities { get; private set; } = [];

    /// <summary>Whether the keys came from the cache, or were there in the folder.</summary>
    public bool KeysFromCache { get; private set; }

    /// <summary>Whether an earlier consensus is still valid, so that there was no vote.</summary>
    public bool IsWarm { get; private set; }

    /// <summary>What each tor said last, where the start failed.</summary>
    public string LastWords { get; private set; } = "";

    /// <summary>Starts the authorities and waits until they have a consensus.</summary>
    /// <returns>The running authorities, owned by the caller.</returns>
    /// <exception cref="OverlayException">One ended; the message holds its last words.</exception>
    public async Task<ImmutableArray<TorNode>> RunAsync(CancellationToken cancellationToken)
    {
        await stages.DoAsync(SandboxStageKind.Keys, () => PrepareKeysAsync(cancellationToken));
        try
        {
            await stages.DoAsync(SandboxStageKind.Authorities, () => StartAuthoritiesAsync(cancellationToken));
            await stages.DoAsync(SandboxStageKind.Descriptors, () => ExchangeDescriptorsAsync(cancellationToken));
            await stages.DoAsync(SandboxStageKind.Consensus, () => VoteAsync(cancellationToken));
            return _nodes;
        }
        catch
        {
            LastWords = string.Join(" ", _nodes.Select(n => $"{n.Name}: {n.LastWords}"));
            await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
            _nodes = [];
            throw;
        }
    }

    /// <summary>Forgets the ports, so that the next run takes others.</summary>
    public void ForgetLayout() => File.Delete(LayoutFile);

    private static string Nickname(int index) => $"a{index}";

    private TorNodeFolder FolderOf(TorAuthority authority) => new(Path.Combine(folder.Path, authority.Nickname));

    private async Task<string?> PrepareKeysAsync(CancellationToken cancellationToken)
    {
        if (TryReadLayout() is { } earlier)
        {
            Authorities = earlier;
            KeysFromCache = true;
            return "those of the earlier network";
        }

        var cache = new AuthorityKeyCache(options.KeyCacheFolder ?? AuthorityKeyCache.DefaultFolder, _clock);
        (ImmutableArray<AuthorityKeys> keys, KeysFromCache) = await cache.GetAsync(AuthorityCount, cancellationToken);
        IPAddress address = LoopbackAddress.Choose();
        ImmutableArray<int> ports = LoopbackAddress.ChoosePorts(address, 2 * AuthorityCount);
        Authorities =
        [
            .. keys.Select((k, i) => new TorAuthority(Nickname(i), address.ToString(), ports[2 * i], ports[(2 * i) + 1], k.V3Ident, k.Fingerprint)),
        ];
        foreach ((TorAuthority authority, AuthorityKeys own) in Authorities.Zip(keys))
        {
            // Whatever an earlier network left would contradict the new ports and keys.
            string path = FolderOf(authority).Path;
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            PrivateFiles.CreateFolder(path);
            own.WriteTo(path);
        }

        PrivateFiles.Write(LayoutFile, JsonSerializer.Serialize(Authorities, TorAuthorityJson.Default.ImmutableArrayTorAuthority));
        return KeysFromCache ? "kept from an earlier sandbox" : "made anew";
    }

    private async Task<string?> StartAuthoritiesAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        Task<TorNode>[] starting = [.. Authorities.Select(a => StartAuthorityAsync(a, now, cancellationToken))];
        await ((Task)Task.WhenAll(starting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _nodes = [.. starting.Where(t => t.IsCompletedSuccessfully).Select(t => t.Result)];
        await Task.WhenAll(starting);
        return $"{_nodes.Length} on {Authorities[0].Address}";
    }

    private Task<TorNode> StartAuthorityAsync(TorAuthority authority, DateTimeOffset now, CancellationToken cancellationToken)
    {
        TorNodeFolder own = FolderOf(authority);
        return TorNode.StartAsync(authority.Nickname, program, own, SandboxTorrc.OfAuthority(Authorities, authority, own, now), _clock, cancellationToken);
    }

    private async Task<string?> ExchangeDescriptorsAsync(CancellationToken cancellationToken)
    {
        await EachAsync("waiting for the other relays' descriptors", HasAllDescriptorsAsync, cancellationToken);
        return null;
    }

    private async Task<string?> VoteAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        bool[] valid = await Task.WhenAll(_nodes.Select(n => HasConsensusAsync(n.Control, now, cancellationToken)));
        if (valid.All(v => v))
        {
            IsWarm = true;
            return "still valid from the earlier network";
        }

        // One moment for all, so that all see the same grid.
        ControlCommand voteSoon = ControlCommand.SetConf(SandboxTorrc.VoteSoon(now));
        await Task.WhenAll(_nodes.Select(n => n.DoAsync("scheduling the vote", (control, c) => control.ExecuteAsync(voteSoon, c), cancellationToken)));
        await EachAsync("voting", (control, c) => HasConsensusAsync(control, now, c), cancellationToken);
        return null;
    }

    private Task EachAsync(string what, Func<TorControlConnection, CancellationToken, Task<bool>> isDone, CancellationToken cancellationToken) =>
        Task.WhenAll(_nodes.Select(n => n.PollAsync(what, isDone, cancellationToken)));

    private static async Task<bool> HasAllDescriptorsAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        string descriptors = await control.TryGetInfoAsync("desc/all-recent", cancellationToken) ?? "";
        return descriptors.Split('\n').Count(l => l.StartsWith("router ", StringComparison.Ordinal)) >= AuthorityCount;
    }

    private static async Task<bool> HasConsensusAsync(TorControlConnection control, DateTimeOffset now, CancellationToken cancellationToken) =>
        DateTimeOffset.TryParseExact(
            await control.TryGetInfoAsync("consensus/valid-until", cancellationToken),
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset until)
        && until > now;

    // An earlier network goes on only as a whole: same address, same ports, same keys.
    private ImmutableArray<TorAuthority>? TryReadLayout()
    {
        try
        {
            ImmutableArray<TorAuthority> authorities = JsonSerializer.Deserialize(File.ReadAllText(LayoutFile), TorAuthorityJson.Default.ImmutableArrayTorAuthority);
            return authorities is { IsDefault: false, Length: AuthorityCount } && authorities.Select((a, i) => a?.Nickname == Nickname(i) && IsIntact(a)).All(intact => intact) ? authorities : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private bool IsIntact(TorAuthority authority) =>
        IPAddress.TryParse(authority.Address, out IPAddress? address)
        && LoopbackAddress.IsFree(address, authority.OrPort)
        && LoopbackAddress.IsFree(address, authority.DirPort)
        && AuthorityKeys.AreValidIn(FolderOf(authority).Path, _clock.GetUtcNow());
}

[JsonSerializable(typeof(ImmutableArray<TorAuthority>))]
internal sealed partial class TorAuthorityJson : JsonSerializerContext;
