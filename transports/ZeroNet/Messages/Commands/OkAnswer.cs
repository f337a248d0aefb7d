using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The answer to update and setHashfield where all is well.</summary>
/// <param name="Ok">What the peer says, such as "Thanks, file content.json updated!".</param>
internal sealed record OkAnswer(string Ok) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static OkAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        string? ok = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("ok"u8))
            {
                ok = reader.Text();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(ok is not null, out violation)
            ? new OkAnswer(ok!)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("ok", Ok);
    }
}
