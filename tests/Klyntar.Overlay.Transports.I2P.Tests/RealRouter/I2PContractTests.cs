using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Every promise of the contract, on a real i2pd.</summary>
public sealed class I2PContractTests(SoloRouter router, I2PPair shared) : TransportContract, IClassFixture<I2PPair>
{
    protected override ContractLimits Limits { get; } = new() { Patience = TimeSpan.FromSeconds(120), BytesOfLongStream = 2 * 1024 * 1024, Streams = 16 };

    // The address is the key's hash itself; any other is somebody else's.
    protected override bool AddressesHaveChecksums => false;

    public override async ValueTask InitializeAsync()
    {
        await router.NeedAsync();
        await base.InitializeAsync();
    }

    protected override ITransport CreateTransport() => new I2PTransport(router.Options);

    protected override ValueTask<TransportPair> GetPairAsync() => ValueTask.FromResult(shared.Pair);

    protected override ValueTask ReturnPairAsync(TransportPair pair) => ValueTask.CompletedTask;

    protected override ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled) =>
        ValueTask.FromResult(((I2PTransport)dialler.Transport).SessionOf(dialled));
}
