using BenchmarkDotNet.Attributes;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Microbench;

/// <summary>What is worked out for each dial, and for each service.</summary>
[MemoryDiagnoser]
public class AddressBenchmarks
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, Ed25519ExpandedKey.SeedSize).Select(i => (byte)i)];

    /// <summary>With its checksum, and with the test that its key is one.</summary>
    [Benchmark]
    public bool ParseOnionAddress() => TorEndPoint.Parse(Onions.Host, 80).EndPoint is not null;

    /// <summary>What most names are: not ours.</summary>
    [Benchmark]
    public bool ParseOtherName() => TorEndPoint.Parse("www.example.com", 80).IsClaimed;

    /// <summary>From a key's seed to the address that it makes.</summary>
    [Benchmark]
    public string DeriveOnionAddress() => OnionAddress.FromPublicKey(Ed25519ExpandedKey.FromSeed(Seed).PublicKey).Host;
}
