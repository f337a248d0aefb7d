using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks the peer to connect back.</summary>
/// <param name="Port">The port on the asker's own address.</param>
internal sealed record CheckPortParams(int Port) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.CheckPort;

    /// <inheritdoc/>
    public int FieldCount => 1;

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static CheckPortParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        int? port = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("port"u8))
            {
                port = reader.Port();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(port is not null, out violation)
            ? new CheckPortParams(port!.Value)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("port", Port);
    }
}
