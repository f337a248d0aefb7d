using System.Net;
using System.Text;
using Klyntar.Overlay.Transports.Pluggable;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What programs under the pluggable-transport protocol say, and bridge lines. The first byte chooses: a client's lines, a server's, a bridge line, or what a server says at the extended ORPort.</summary>
internal sealed class PluggableProgramTarget : IFuzzTarget
{
    private static readonly byte[] Cookie = new byte[ExtendedOrPortCodec.CookieSize];
    private static readonly IPEndPoint Bind = new(IPAddress.Loopback, 9443);

    public string Name => "pluggable-program";

    public int MaxLength => 8 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "VERSION 1\n", "VERSION-ERROR no-version\n", "ENV-ERROR ", "PROXY DONE\n", "PROXY-ERROR ", "CMETHOD obfs4 socks5 127.0.0.1:1\n", "CMETHOD-ERROR obfs4 ", "CMETHODS DONE\n", "SMETHOD obfs4 127.0.0.1:9443 ARGS:",
        "SMETHOD-ERROR obfs4 ", "SMETHODS DONE\n", "cert=", "iat-mode=0", "socks4", "[::1]:", "\\", ",", "=", "LOG SEVERITY=debug MESSAGE=\"", "\"", "Bridge obfs4 192.0.2.7:443 ", "0123456789012345678901234567890123456789 ", "\0\x01\0\x05", "\0\x02\0\x05obfs4", "\0\0\0\0");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<byte> rest = input[1..];
        switch (input[0] % 4)
        {
            case 0:
                Say(new PtDialogue(PtRole.Client, PtMethodName.Obfs4, bind: null), rest);
                break;
            case 1:
                Say(new PtDialogue(PtRole.Server, PtMethodName.Obfs4, Bind), rest);
                break;
            case 2:
                CheckLine(Encoding.UTF8.GetString(rest));
                break;
            default:
                Promise.IsSplitIndependent(rest, Greet);
                break;
        }
    }

    private static void Say(PtDialogue dialogue, ReadOnlySpan<byte> said)
    {
        foreach (string line in Encoding.UTF8.GetString(said).Split('\n'))
        {
            if (line.StartsWith(PtLogLine.Keyword, StringComparison.Ordinal))
            {
                Promise.Holds(PtLogLine.TryRead(line.AsSpan(PtLogLine.Keyword.Length), out PtLogLine? log) == (log is not null));
            }

            bool isOver = dialogue.Take(line);
            Promise.Holds(isOver == (dialogue.IsDone || dialogue.Violation is not null));
            Promise.Holds(!dialogue.IsDone || (dialogue.Violation is null && dialogue.Offer is not null));
            Promise.Holds(dialogue.Violation is null || !dialogue.Violation.Any(char.IsControl));
        }

        Promise.Holds(dialogue.Lines <= PtDialogue.MaxLines + 1);
        Promise.Holds(dialogue.Offer is null || IPAddress.IsLoopback(dialogue.Offer.EndPoint.Address));
        if (dialogue.Offer is { } offer)
        {
            CheckArguments(offer.Arguments);
        }
    }

    private static void CheckLine(string line)
    {
        PtTarget? target = BridgeLine.TryRead(line, out string? why);
        Promise.Holds(target is null == (why is not null));
        if (target is not null)
        {
            CheckArguments(target.Arguments);
            Promise.Holds(target.Address.Port > 0);
        }
    }

    private static void CheckArguments(PtArguments arguments)
    {
        if (arguments.ToCredentials() is { } credentials)
        {
            Promise.Holds(credentials.User.Length is > 0 and <= 255 && credentials.Password.Length is > 0 and <= 255);
        }
        else
        {
            Promise.Holds(arguments.Pairs.IsEmpty);
        }
    }

    private static Outcome Greet(byte[] input, IEnumerable<int> split)
    {
        var codec = new ExtendedOrPortCodec(Cookie, Cookie);
        var sent = new List<byte>(codec.TakeOutput());
        int given = 0;
        int consumed = 0;
        foreach (int part in split)
        {
            int taken = codec.Advance(input.AsSpan(given, part));
            given += part;
            consumed += taken;
            sent.AddRange(codec.TakeOutput());
            if (taken < part)
            {
                Promise.Holds(codec.IsDone || codec.Violation is not null);
                break;
            }
        }

        return new Outcome(consumed, Convert.ToHexString([.. sent]), codec.IsDone, codec.Violation, codec.UserAddress?.ToString(), codec.Method);
    }

    private sealed record Outcome(int Consumed, string Sent, bool IsDone, string? Violation, string? UserAddress, string? Method);
}
