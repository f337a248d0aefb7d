using BenchmarkDotNet.Attributes;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Microbench;

/// <summary>What a SOCKS door reads of each client.</summary>
[MemoryDiagnoser]
public class SocksBenchmarks
{
    private static readonly byte[] Greeting = [5, 1, 0];
    private static readonly byte[] Request = [5, 1, 0, 3, (byte)Onions.Host.Length, .. Onions.Host.Select(c => (byte)c), 0, 80];

    /// <summary>SOCKS5 in two round trips, with an onion address.</summary>
    [Benchmark]
    public bool Socks5Handshake()
    {
        SocksServerCodec codec = new(SocksServerOptions.Default);
        codec.Advance(Greeting, out _);
        int answer = codec.TakeOutput().Length;
        return codec.Advance(Request, out _) == SocksServerStep.Complete && answer > 0;
    }
}
