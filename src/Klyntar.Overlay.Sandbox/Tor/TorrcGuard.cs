using System.Collections.Frozen;
using System.Net;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// Refuses any configuration with which a tor could reach beyond this machine. Each sandbox torrc passes here before
/// tor sees it: only options that this table knows, only loopback addresses, and never tor's built-in authorities.
/// </summary>
internal static class TorrcGuard
{
    // Options whose values hold no address.
    private static readonly FrozenSet<string> Plain = Set(
        "AssumeReachable", "AuthoritativeDirectory", "AvoidDiskWrites", "BridgeDistribution", "BridgeRelay", "ClientOnly", "ConsensusParams", "ContactInfo",
        "ControlPortWriteToFile", "CookieAuthentication", "DataDirectory", "HashedControlPassword", "Log", "Nickname", "Schedulers",
        "ShutdownWaitLength", "TestingDirAuthVoteGuard", "TestingDirAuthVoteHSDir", "TestingMinExitFlagThreshold",
        "TestingMinTimeToReportBandwidth", "TestingTorNetwork", "TestingV3AuthInitialDistDelay",
        "TestingV3AuthInitialVoteDelay", "TestingV3AuthInitialVotingInterval", "TestingV3AuthVotingStartOffset",
        "UseDefaultFallbackDirs", "V3AuthDistDelay", "V3AuthNIntervalsValid", "V3AuthVoteDelay", "V3AuthVotingInterval",
        "V3AuthoritativeDirectory", "__OwningControllerProcess");

    // Options whose first word is an end point, a port alone or 0.
    private static readonly FrozenSet<string> Listeners = Set("ControlPort", "ControlSocket", "DirPort", "ExtORPort", "ORPort", "SocksPort");

    private static readonly FrozenSet<string> Addresses = Set("Address", "OutboundBindAddress");

    /// <summary>Checks a whole torrc.</summary>
    /// <param name="lines">Its lines, as tor would read them. Comments and empty lines are allowed.</param>
    /// <exception cref="InvalidOperationException">A line could lead beyond loopback; the message names it.</exception>
    public static void Check(IEnumerable<string> lines)
    {
        bool testing = false;
        bool authorities = false;
        bool bound = false;
        foreach (string line in lines)
        {
            if (line.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw Refused(line, "it holds a line end");
            }

            (string key, string[] words) = Split(line);
            switch (key)
            {
                case "":
                    break;
                case "TestingTorNetwork" when words is not ["1"]:
                    throw Refused(line, "only 1 is allowed");
                case "DirAuthority":
                    Require(line, words.Count(IsLoopbackEndPoint) == 1 && !words.Any(IsForeign), "an authority lives on loopback");
                    authorities = true;
                    break;
                case "ExitPolicy":
                    Require(line, words is ["reject", "*:*"], "only 'reject *:*' is allowed");
                    break;
                case "ExitRelay":
                    Require(line, words is ["0"], "only 0 is allowed");
                    break;
                case "PublishServerDescriptor":
                    Require(line, words is ["0"], "only 0 is allowed");
                    break;
                case "ServerTransportPlugin":
                    // It waits for clients, and connects to its own tor alone.
                    Require(line, words is [_, "exec", ['/', ..]], "only a program is allowed, by its path and without arguments");
                    break;
                case "ServerTransportListenAddr":
                    Require(line, words is [_, var listen] && IsLoopbackEndPoint(listen), "it must listen on 127.x.y.z:port");
                    break;
                case var _ when Addresses.Contains(key):
                    Require(line, words is [var address] && IsLoopback(address), "its address is not in 127.0.0.0/8");
                    bound |= key == "OutboundBindAddress";
                    break;
                case var _ when Listeners.Contains(key):
                    Require(line, words is [var first, ..] && IsListener(first) && !words.Any(IsForeign), "it must listen on 127.x.y.z:port or on a Unix socket");
                    break;
                case var _ when Plain.Contains(key):
                    Require(line, words.Length > 0 && !words.Any(IsForeign), "it names an address beyond loopback");
                    testing |= key == "TestingTorNetwork";
                    break;
                default:
                    throw Refused(line, "the option is not known to be harmless");
            }
        }

        RequireSome(testing, "TestingTorNetwork 1");
        RequireSome(authorities, "a DirAuthority line: without one tor uses the public network's");
        RequireSome(bound, "OutboundBindAddress: from a loopback source the kernel itself refuses to dial out");
    }

    private static (string Key, string[] Words) Split(string line)
    {
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        if (text.IsEmpty || text[0] == '#')
        {
            return ("", []);
        }

        // tor takes a final backslash as "goes on in the next line", and then this line alone says nothing.
        Require(line, text[^1] != '\\', "it goes on in the next line");
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string key = words[0];
        Require(line, char.IsAsciiLetter(key[0]) || key.StartsWith("__", StringComparison.Ordinal), "it does not begin with an option's name");
        return (key, words[1..]);
    }

    private static bool IsListener(string word) =>
        word == "0" || IsLoopbackEndPoint(word) || word.StartsWith("unix:/", StringComparison.Ordinal);

    private static bool IsLoopbackEndPoint(string word)
    {
        int colon = word.LastIndexOf(':');
        return colon > 0
            && IsLoopback(word[..colon])
            && (word[(colon + 1)..] == "auto" || ushort.TryParse(word.AsSpan(colon + 1), out _));
    }

    // Strict: IPAddress.Parse alone would take "127.1", "0x7f.1" and "2130706433" as well.
    private static bool IsLoopback(string word) =>
        IPAddress.TryParse(word, out IPAddress? address) && address.GetAddressBytes() is [127, _, _, _] && address.ToString() == word;

    // Whatever looks like an address and is not loopback's, wherever it stands.
    private static bool IsForeign(string word)
    {
        string host = word.Trim('"');
        int equals = host.IndexOf('=', StringComparison.Ordinal);
        host = host[(equals + 1)..];
        if (IPEndPoint.TryParse(host, out IPEndPoint? endPoint) && (host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal)))
        {
            return endPoint.Address.GetAddressBytes() is not [127, _, _, _];
        }

        return false;
    }

    private static void Require(string line, bool condition, string why)
    {
        if (!condition)
        {
            throw Refused(line, why);
        }
    }

    private static void RequireSome(bool present, string what)
    {
        if (!present)
        {
            throw new InvalidOperationException($"A sandbox torrc was refused: it lacks {what}.");
        }
    }

    private static InvalidOperationException Refused(string line, string why) =>
        new($"A sandbox torrc was refused: {why}, in the line '{(line.Length <= 200 ? line : line[..200] + "…")}'.");

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
