using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Whether a port is reached from outside.</summary>
/// <param name="Status">"open" or "closed".</param>
/// <param name="ExternalAddress">The address that the asker was seen at; null where it was not told.</param>
internal sealed record CheckPortAnswer(string Status, string? ExternalAddress) : IMessageBody
{
    /// <summary>The status of a port that was reached.</summary>
    public const string Open = "open";

    /// <summary>The status of one that was not.</summary>
    public const string Closed = "closed";

    /// <inheritdoc/>
    public int FieldCount => 2;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static CheckPortAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        string? status = null;
        string? external = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("status"u8))
            {
                status = reader.Text();
            }
            else if (name.SequenceEqual("ip_external"u8))
            {
                external = reader.OptionalText();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(status is not null, out violation)
            ? new CheckPortAnswer(status!, external)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("status", Status);
        writer.Write("ip_external", ExternalAddress);
    }
}
