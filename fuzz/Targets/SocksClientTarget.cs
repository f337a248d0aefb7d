using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What an upstream proxy answers to our SOCKS5 client. The first byte says what was asked.</summary>
internal sealed class SocksClientTarget : IFuzzTarget
{
    private const int CredentialsBit = 1;
    private const int OptimisticBit = 2;

    private static readonly SocksCommand[] Commands = [SocksCommand.Connect, SocksCommand.Connect, SocksCommand.Resolve, SocksCommand.ResolvePtr];

    public string Name => "socks-client";

    public int MaxLength => 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "\x05\x00", "\x05\x02", "\x05\xff", "\x01\x00", "\x01\x01", "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", "\x05\x04\x00\x01", "\x05\xf0\x00\x01", "\x05\x00\x00\x03", "\x05\x00\x00\x04");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        SocksCommand command = Commands[(input[0] >> 2) % Commands.Length];
        SocksClientRequest request = new(command == SocksCommand.ResolvePtr ? "10.1.2.3" : "a.onion", command == SocksCommand.Connect ? 80 : 0)
        {
            Command = command,
            Credentials = (input[0] & CredentialsBit) != 0 ? ("user"u8.ToArray(), "pass"u8.ToArray()) : null,
            Optimistic = (input[0] & OptimisticBit) != 0,
        };
        Promise.IsSplitIndependent(input[1..], (bytes, split) => Negotiate(request, bytes, split));
    }

    private static Outcome Negotiate(SocksClientRequest request, byte[] input, IEnumerable<int> split)
    {
        SocksClientCodec codec = new(request);
        SocksClientStep step = SocksClientStep.NeedMore;
        using MemoryStream output = new();
        output.Write(codec.TakeOutput().Span);
        int used = 0;
        int given = 0;
        foreach (int part in split)
        {
            step = codec.Advance(input.AsSpan(used, given + part - used), out int consumed);
            output.Write(codec.TakeOutput().Span);
            given += part;
            used += consumed;
            Promise.Holds(consumed >= 0 && used <= given);
            if (step == SocksClientStep.Done)
            {
                break;
            }

            Promise.Holds(used == given);
        }

        if (step == SocksClientStep.NeedMore)
        {
            return new Outcome(used, "", Convert.ToHexString(output.ToArray()));
        }

        SocksClientReply reply = codec.Reply(input.AsSpan(used));
        Promise.Holds(reply.IsConnected == (reply is { Code: 0, Violation: null, End: SocksClientEnd.Replied }));
        Promise.Holds(reply.AlreadyRead.Span.SequenceEqual(reply.IsConnected ? input.AsSpan(used) : default));
        Promise.Holds(!reply.IsConnected || request.Command != SocksCommand.Resolve || reply.BoundAddress is not null);
        Promise.Holds(!reply.IsConnected || request.Command != SocksCommand.ResolvePtr || reply.BoundHost is not null);
        string description = $"{reply.Code} {reply.End} {reply.Violation} {reply.BoundAddress} {reply.BoundHost} {reply.BoundPort}";

        // After a violation the connection is closed: what was read and sent by then does not matter.
        return reply.Violation is null ? new Outcome(used, description, Convert.ToHexString(output.ToArray())) : new Outcome(0, description, "");
    }

    private sealed record Outcome(int Used, string Reply, string Output);
}
