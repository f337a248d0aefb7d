using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A request for a command that no node knows.</summary>
internal sealed record Asking(string Command) : IRequestBody
{
    public int FieldCount => 0;

    public void WriteFields(ref MessagePackWriter writer)
    {
    }
}
