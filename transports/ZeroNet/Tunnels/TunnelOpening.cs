using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks a gateway for a connection to one of its services; it has to prove first that it is the service's. A command of ours, which real nodes refuse as unknown.</summary>
/// <param name="Version">The version of the tunnel's protocol.</param>
/// <param name="Site">The service's address.</param>
/// <param name="Port">The virtual port; <see cref="AnyPort"/> for a connection that carries several streams, each of which names its own.</param>
/// <param name="Nonce">Random bytes that the proof must hold.</param>
internal sealed record TunnelOpening(int Version, string Site, int Port, ReadOnlyMemory<byte> Nonce) : IRequestBody
{
    /// <summary>The version that is spoken here.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The port of connections that carry several streams.</summary>
    public const int AnyPort = 0;

    /// <inheritdoc/>
    public string Command => PeerCommands.Tunnel;

    /// <inheritdoc/>
    public int FieldCount => 4;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static TunnelOpening? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        long? version = null;
        string? site = null;
        int? port = null;
        ReadOnlyMemory<byte>? nonce = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("v"u8))
            {
                version = reader.Number(int.MaxValue);
            }
            else if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("port"u8))
            {
                port = reader.Port();
            }
            else if (name.SequenceEqual("nonce"u8))
            {
                nonce = reader.Bytes(TunnelTranscript.NonceSize);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(version is not null && site is not null && port is not null && nonce is not null, out violation)
            ? new TunnelOpening((int)version!.Value, site!, port!.Value, nonce!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("v", Version);
        writer.Write("site", Site);
        writer.Write("port", Port);
        writer.Write("nonce", Nonce);
    }
}
