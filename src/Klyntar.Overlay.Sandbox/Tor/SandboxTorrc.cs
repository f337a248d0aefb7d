using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Writes the configuration of the tors of a private network.</summary>
internal static class SandboxTorrc
{
    /// <summary>The voting interval at the start, in seconds, and the one that stays. Long, so that no descriptor is rotated while a sandbox is used.</summary>
    public const int VotingInterval = 1800;

    /// <summary>How long authorities wait for votes and for signatures, in seconds: the shortest that tor accepts.</summary>
    public const int VoteDelay = 2;

    // Clients take whichever ports are free, so they need no address of their own.
    private const string Client = "127.0.0.1";

    /// <summary>The lines that join a tor to the network: what a gateway needs in <c>transports.tor.torrc</c>.</summary>
    public static ImmutableArray<string> Joining(ImmutableArray<TorAuthority> authorities) =>
    [
        "TestingTorNetwork 1",
        .. authorities.Select(a => a.Line),
        "UseDefaultFallbackDirs 0",

        // From a loopback source the kernel refuses every connection that is not to loopback.
        $"OutboundBindAddress {authorities[0].Address}",

        // The default scheduler is made for wide links and costs a wait of 10 ms a cell burst here.
        "Schedulers Vanilla",
    ];

    /// <summary>The whole configuration of an authority.</summary>
    /// <param name="authorities">All of them.</param>
    /// <param name="self">Which one.</param>
    /// <param name="node">Where it lives.</param>
    /// <param name="now">The time, to keep the first vote far away.</param>
    public static ImmutableArray<string> OfAuthority(ImmutableArray<TorAuthority> authorities, TorAuthority self, TorNodeFolder node, DateTimeOffset now) =>
    [
        .. Joining(authorities),
        .. Common(node, self.Address),
        $"Nickname {self.Nickname}",
        $"Address {self.Address}",
        "ContactInfo none@example.invalid",
        $"ORPort {self.Address}:{self.OrPort}",
        $"DirPort {self.Address}:{self.DirPort}",
        "SocksPort 0",
        "ExitRelay 0",
        "ExitPolicy reject *:*",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",

        // Each relay is reachable by definition, and may be guard and onion directory at once.
        "AssumeReachable 1",
        "TestingDirAuthVoteGuard *",
        "TestingDirAuthVoteHSDir *",
        "TestingMinExitFlagThreshold 0",

        // Services first try two introduction points more than they keep. Here there are no five relays to choose from, and tor
        // would warn of it.
        "ConsensusParams hs_intro_num_extra=0",

        // Once one relay reports bandwidth and the others do not, clients choose it alone and never build a circuit.
        "TestingMinTimeToReportBandwidth 1 day",

        // Left to the natural grid authorities vote before they have each other's descriptors. So the first vote is put
        // far away and brought near by SETCONF when all is there.
        $"TestingV3AuthInitialVotingInterval {VotingInterval} seconds",
        $"TestingV3AuthInitialVoteDelay {VoteDelay} seconds",
        $"TestingV3AuthInitialDistDelay {VoteDelay} seconds",
        $"TestingV3AuthVotingStartOffset {FarOffset(now)} seconds",
        $"V3AuthVotingInterval {VotingInterval} seconds",
        $"V3AuthVoteDelay {VoteDelay} seconds",
        $"V3AuthDistDelay {VoteDelay} seconds",
        "V3AuthNIntervalsValid 4",
    ];

    /// <summary>The whole configuration of a client.</summary>
    /// <param name="joining">The lines that join it.</param>
    /// <param name="node">Where it lives.</param>
    public static ImmutableArray<string> OfClient(ImmutableArray<string> joining, TorNodeFolder node) =>
    [
        .. joining,
        .. Common(node, Client),
        "ClientOnly 1",
        $"SocksPort {Client}:auto",
    ];

    /// <summary>The whole configuration of a bridge that is reached through obfs4 alone, and that no authority knows.</summary>
    /// <param name="joining">The lines that join it.</param>
    /// <param name="node">Where it lives.</param>
    /// <param name="listen">Where its clients come to.</param>
    /// <param name="orPort">The port that only obfs4's clients come to, by way of the program.</param>
    /// <param name="program">The program that speaks obfs4.</param>
    public static ImmutableArray<string> OfBridge(ImmutableArray<string> joining, TorNodeFolder node, IPEndPoint listen, int orPort, string program) =>
    [
        .. joining,
        .. Common(node, listen.Address.ToString()),
        "Nickname bridge",
        $"Address {listen.Address}",
        "ContactInfo none@example.invalid",
        $"ORPort {listen.Address}:{orPort}",
        $"ExtORPort {listen.Address}:auto",
        "SocksPort 0",
        "ExitRelay 0",
        "ExitPolicy reject *:*",
        "AssumeReachable 1",
        "BridgeRelay 1",
        "BridgeDistribution none",
        "PublishServerDescriptor 0",
        $"ServerTransportPlugin obfs4 exec {program}",
        $"ServerTransportListenAddr obfs4 {listen}",
    ];

    /// <summary>The setting that brings the next vote near: consensus a few seconds from now.</summary>
    /// <param name="now">The time.</param>
    public static ImmutableArray<(string Key, string? Value)> VoteSoon(DateTimeOffset now)
    {
        // The next point of a grid of five seconds, three seconds ahead: votes go out at once, and the signatures have the
        // two seconds that tor grants them at least.
        const int Interval = 5;
        const int Ahead = 3;
        long offset = (now.ToUnixTimeSeconds() + Ahead) % Interval;
        return
        [
            ("TestingV3AuthInitialVotingInterval", $"{Interval} seconds"),
            ("TestingV3AuthVotingStartOffset", $"{offset} seconds"),
        ];
    }

    // Of the two grids, the one whose next point is farther away: at least a quarter of an hour.
    private static int FarOffset(DateTimeOffset now) =>
        now.ToUnixTimeSeconds() % VotingInterval < VotingInterval / 2 ? 0 : VotingInterval / 2;

    private static IEnumerable<string> Common(TorNodeFolder node, string control) =>
    [
        $"DataDirectory {Quote(node.Path)}",
        "AvoidDiskWrites 1",
        "ShutdownWaitLength 0",
        "Log notice stdout",
        $"ControlPort {control}:auto",
        $"ControlPortWriteToFile {Quote(node.ControlPortFile)}",
        "CookieAuthentication 1",
        $"__OwningControllerProcess {Environment.ProcessId}",
    ];

    // A C string: tor-manpage(1), "The configuration file format".
    private static string Quote(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
