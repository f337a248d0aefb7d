using System.Buffers;
using System.Text;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What a client sends to a SOCKS door: SOCKS5, SOCKS4a, HTTP.</summary>
internal sealed class SocksServerTarget : IFuzzTarget
{
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
    private static readonly SocksServerOptions Guarded = new() { RequiredCredentials = new SocksCredentials(("user"u8.ToArray(), "pass"u8.ToArray())) };

    public string Name => "socks-server";

    public int MaxLength => 9 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "\x05\x01\x00", "\x05\x01\x02", "\x05\x02\x00\x02", "\x01\x04user\x04pass", "\x05\x01\x00\x03", "\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", "\x05\xf0\x00\x03", "\x05\xf1\x00\x04",
        "\x04\x01\x00\x50\x00\x00\x00\x01", "\x00", "\r\n", "CONNECT ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Proxy-Authorization: Basic ", "dXNlcjpwYXNz", ":", ":80", "[::1]", "0x7f.1", "a.onion");

    public void Run(ReadOnlySpan<byte> input)
    {
        Promise.IsSplitIndependent(input, static (bytes, split) => Handshake(SocksServerOptions.Default, bytes, split));
        Promise.IsSplitIndependent(input, static (bytes, split) => Handshake(Guarded, bytes, split));
    }

    private static Outcome Handshake(SocksServerOptions options, byte[] input, IEnumerable<int> split)
    {
        SocksServerCodec codec = new(options);
        SocksServerStep step = SocksServerStep.NeedMore;
        using MemoryStream output = new();
        int used = 0;
        int given = 0;
        foreach (int part in split)
        {
            step = codec.Advance(input.AsSpan(used, given + part - used), out int consumed);
            output.Write(codec.TakeOutput().Span);
            given += part;
            used += consumed;
            Promise.Holds(consumed >= 0 && used <= given);
            if (step != SocksServerStep.NeedMore)
            {
                break;
            }

            Promise.Holds(used == given);
        }

        if (step == SocksServerStep.Refused)
        {
            // The rest is nobody's: how much of it was read depends on what had come.
            Promise.Holds(used == given && !string.IsNullOrEmpty(codec.Refusal.Sentence()));
            return new Outcome(step, 0, codec.Refusal, "", Convert.ToHexString(output.ToArray()));
        }

        if (codec.Request is { } request)
        {
            Promise.Holds(step == SocksServerStep.Complete);
            CheckRequest(request, options);
            // Our client sends no queries.
            if (request is { Protocol: SocksProtocol.Socks5, Query: null })
            {
                CheckRoundTrip(request);
            }
        }

        return new Outcome(step, used, default, Describe(codec.Request), Convert.ToHexString(output.ToArray()));
    }

    private static void CheckRequest(SocksRequest request, SocksServerOptions options)
    {
        Promise.Holds(request.Host is null != request.Address is null);
        Promise.Holds(request.Host is null || (request.Host.Length is > 0 and <= 255 && !request.Host.AsSpan().ContainsAnyExcept(HostCharacters)));
        Promise.Holds(request.Query is null
            || (request.Host is not null && request.Protocol != SocksProtocol.Http && request.Query.Length > 0 && request.Host.Length + request.Query.Length < 255 && !request.Query.AsSpan().ContainsAnyExceptInRange('!', '~')));
        Promise.Holds(request.Port is >= 0 and <= ushort.MaxValue && (request.Port > 0 || request.Command != SocksCommand.Connect));
        Promise.Holds(request.User.Length <= 255 && request.Password.Length <= 255);
        Promise.Holds(options.RequiredCredentials is null || (request.User.Span.SequenceEqual("user"u8) && request.Password.Span.SequenceEqual("pass"u8)));
        Promise.Holds(request.Command == SocksCommand.Connect || request.Protocol != SocksProtocol.Http);
    }

    /// <summary>What our client would send for a request is read as the same request.</summary>
    private static void CheckRoundTrip(SocksRequest request)
    {
        SocksClientRequest again = new(request.Host ?? request.Address!.ToString(), request.Port)
        {
            Command = request.Command,
            Credentials = request.HasCredentials ? (request.User, request.Password) : null,
        };
        SocksServerCodec codec = new(SocksServerOptions.Default);
        byte[] sent = SocksClientMessages.All(again);
        Promise.Holds(codec.Advance(sent, out int consumed) == SocksServerStep.Complete && consumed == sent.Length);
        Promise.Holds(Describe(codec.Request) == Describe(request));
    }

    private static string Describe(SocksRequest? request) => request is null
        ? ""
        : $"{request.Protocol} {request.Command} {request.Host}?{request.Query}/{request.Address}:{request.Port} {request.HasCredentials} {Encoding.Latin1.GetString(request.User.Span)} {Encoding.Latin1.GetString(request.Password.Span)}";

    private sealed record Outcome(SocksServerStep Step, int Used, SocksRefusal Refusal, string Request, string Output);
}
