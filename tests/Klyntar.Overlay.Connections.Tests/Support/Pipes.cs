using System.Buffers;
using System.IO.Pipelines;

namespace Klyntar.Overlay.Connections.Tests;

internal static class Pipes
{
    /// <summary>Reads to the end.</summary>
    public static async Task<byte[]> ReadAllAsync(this PipeReader input)
    {
        ArrayBufferWriter<byte> all = new();
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                all.Write(part.Span);
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return all.WrittenSpan.ToArray();
            }
        }
    }
}
