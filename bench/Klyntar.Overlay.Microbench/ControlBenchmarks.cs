using BenchmarkDotNet.Attributes;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Microbench;

/// <summary>What a control port sends most.</summary>
[MemoryDiagnoser]
public class ControlBenchmarks
{
    private static readonly byte[] Event =
        "650 HS_DESC UPLOADED pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd UNKNOWN $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"u8.ToArray();

    private static readonly byte[] Block =
        [.. "250+circuit-status=\r\n"u8, .. Enumerable.Repeat("1 BUILT $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA~a PURPOSE=GENERAL\r\n"u8.ToArray(), 20).SelectMany(line => line), .. ".\r\n250 OK\r\n"u8];

    private readonly ControlDecoder _decoder = new();

    /// <summary>An event in a line, and what it says.</summary>
    [Benchmark]
    public bool DecodeEvent() => Decode(Event) is { } message && HsDescEvent.TryParse(message) is not null;

    /// <summary>A reply of twenty lines.</summary>
    [Benchmark]
    public bool DecodeBlock() => Decode(Block) is not null;

    private ControlMessage? Decode(ReadOnlySpan<byte> bytes) => _decoder.Decode(ref bytes);
}
