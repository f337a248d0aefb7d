using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The visitor's proof, after which the connection is a stream. It follows the <see cref="TunnelChallenge"/> on the same connection.</summary>
/// <param name="Visitor">The address that the visitor goes by: a service's own, or one that was made for a few connections.</param>
/// <param name="Proof">Its signature of the transcript.</param>
internal sealed record TunnelProof(string Visitor, string Proof) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.TunnelProof;

    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static TunnelProof? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? visitor = null;
        string? proof = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("visitor"u8))
            {
                visitor = reader.Text();
            }
            else if (name.SequenceEqual("proof"u8))
            {
                proof = reader.Text();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(visitor is not null && proof is not null, out violation)
            ? new TunnelProof(visitor!, proof!)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("visitor", Visitor);
        writer.Write("proof", Proof);
    }
}
