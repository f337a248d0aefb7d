using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The answer to <see cref="TunnelOpening"/>: the service's proof, and what the visitor's is to hold.</summary>
/// <param name="Nonce">Random bytes that the visitor's proof must hold.</param>
/// <param name="Proof">The service's signature of the transcript.</param>
internal sealed record TunnelChallenge(ReadOnlyMemory<byte> Nonce, string Proof) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static TunnelChallenge? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ReadOnlyMemory<byte>? nonce = null;
        string? proof = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("nonce"u8))
            {
                nonce = reader.Bytes(TunnelTranscript.NonceSize);
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

        return reader.Accept(nonce is not null && proof is not null, out violation)
            ? new TunnelChallenge(nonce!.Value, proof!)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("nonce", Nonce);
        writer.Write("proof", Proof);
    }
}
