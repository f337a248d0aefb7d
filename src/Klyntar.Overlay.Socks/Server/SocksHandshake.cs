using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Socks;

/// <summary>The outcome of a server's handshake: a request that waits for its reply, or why there is none.</summary>
public readonly struct SocksHandshake
{
    private readonly SocksRefusal _refusal;

    private SocksHandshake(SocksRequest? request, SocksRefusal refusal, ReadOnlyMemory<byte> alreadyRead)
    {
        Request = request;
        _refusal = refusal;
        AlreadyRead = alreadyRead;
    }

    /// <summary>The request; null where there is none.</summary>
    public SocksRequest? Request { get; }

    /// <summary>Why there is no request; null where there is one.</summary>
    public SocksRefusal? Refusal => Request is null ? _refusal : null;

    /// <summary>Bytes that the client sent after its request, not waiting for the reply: they are the first of the stream.</summary>
    public ReadOnlyMemory<byte> AlreadyRead { get; }

    /// <summary>Whether there is a request.</summary>
    [MemberNotNullWhen(true, nameof(Request))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAccepted => Request is not null;

    internal static SocksHandshake Accepted(SocksRequest request, ReadOnlyMemory<byte> alreadyRead) => new(request, default, alreadyRead);

    internal static SocksHandshake Refused(SocksRefusal refusal) => new(null, refusal, default);
}
