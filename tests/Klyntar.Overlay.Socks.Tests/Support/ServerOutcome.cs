using System.Net;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>All that a server codec makes of some bytes, comparable.</summary>
internal sealed record ServerOutcome
{
    public required SocksServerStep Step { get; init; }

    public SocksRefusal? Refusal { get; init; }

    public SocksProtocol? Protocol { get; init; }

    public SocksCommand? Command { get; init; }

    public string? Host { get; init; }

    public string? Query { get; init; }

    public IPAddress? Address { get; init; }

    public int Port { get; init; }

    public bool HasCredentials { get; init; }

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>All that was sent, in hexadecimal.</summary>
    public string Sent { get; init; } = "";

    /// <summary>How many bytes were consumed; -1 where the client is refused, when it does not matter.</summary>
    public int Consumed { get; init; }

    /// <summary>Feeds a codec.</summary>
    /// <param name="bytes">The input.</param>
    /// <param name="pieces">The lengths of its pieces; what is left over is the last one.</param>
    /// <param name="options">The door's demands.</param>
    public static ServerOutcome Of(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> pieces = default, SocksServerOptions? options = null)
    {
        var codec = new SocksServerCodec(options ?? SocksServerOptions.Default);
        var step = SocksServerStep.NeedMore;
        List<byte> sent = [];
        int total = 0;
        for (int i = 0; step == SocksServerStep.NeedMore && total < bytes.Length; i++)
        {
            ReadOnlySpan<byte> piece = bytes[total..];
            piece = i < pieces.Length ? piece[..Math.Min(pieces[i], piece.Length)] : piece;
            step = codec.Advance(piece, out int consumed);
            consumed.Should().BeInRange(0, piece.Length);
            if (step == SocksServerStep.NeedMore)
            {
                consumed.Should().Be(piece.Length, "a codec that wants more has used up what there is");
            }

            total += consumed;
            sent.AddRange(codec.TakeOutput().Span);
        }

        SocksRequest? request = codec.Request;
        (request is not null).Should().Be(step == SocksServerStep.Complete);
        return new ServerOutcome
        {
            Step = step,
            Refusal = step == SocksServerStep.Refused ? codec.Refusal : null,
            Protocol = request?.Protocol,
            Command = request?.Command,
            Host = request?.Host,
            Query = request?.Query,
            Address = request?.Address,
            Port = request?.Port ?? 0,
            HasCredentials = request?.HasCredentials ?? false,
            User = Convert.ToHexString((request?.User ?? default).Span),
            Password = Convert.ToHexString((request?.Password ?? default).Span),
            Sent = Convert.ToHexString([.. sent]),
            Consumed = step == SocksServerStep.Refused ? -1 : total,
        };
    }

    /// <summary>Feeds a codec byte by byte.</summary>
    public static ServerOutcome OfSingleBytes(ReadOnlySpan<byte> bytes, SocksServerOptions? options = null)
    {
        int[] ones = new int[bytes.Length];
        Array.Fill(ones, 1);
        return Of(bytes, ones, options);
    }
}
