using System.Buffers;
using System.Text;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>The line before a visitor's first byte.</summary>
internal sealed class CircuitHeaderTarget : IFuzzTarget
{
    public string Name => "circuit-header";

    public int MaxLength => 200;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words("PROXY TCP6 ", "fc00:dead:beef:4dad::", "ffff", ":", " ::1 ", " 65535", " 80", "\r\n", "\0");

    public void Run(ReadOnlySpan<byte> input)
    {
        OperationStatus status = CircuitHeader.TryRead(input, out uint circuit, out int length);
        Promise.Holds(status == OperationStatus.Done ? length is > 0 and <= CircuitHeader.MaxLength && input[..length].EndsWith("\r\n"u8) : circuit == 0 && length == 0);
        Promise.Holds(status != OperationStatus.NeedMoreData || input.Length < CircuitHeader.MaxLength);

        // What is decided stays so, whatever comes after, and was not decided before the line's end.
        Promise.Holds(status == OperationStatus.NeedMoreData || CircuitHeader.TryRead([.. input, .. "\r\nx"u8], out uint again, out _) == status && again == circuit);
        for (int i = 0; status == OperationStatus.Done && i < length; i++)
        {
            Promise.Holds(CircuitHeader.TryRead(input[..i], out _, out _) == OperationStatus.NeedMoreData);
        }

        if (input.Length >= sizeof(uint))
        {
            uint number = BitConverter.ToUInt32(input);
            byte[] line = Encoding.ASCII.GetBytes($"PROXY TCP6 fc00:dead:beef:4dad::{number >> 16:x}:{number & 0xffff:x} ::1 1 80\r\n");
            Promise.Holds(CircuitHeader.TryRead(line, out circuit, out length) == OperationStatus.Done && circuit == number && length == line.Length);
        }
    }
}
