using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A request with any fields.</summary>
internal sealed record RawRequest(string Command, int FieldCount, Written.Writing Fields) : IRequestBody
{
    public void WriteFields(ref MessagePackWriter writer) => Fields(ref writer);
}
