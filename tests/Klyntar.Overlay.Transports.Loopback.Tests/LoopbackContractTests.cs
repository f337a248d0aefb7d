using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Loopback.Tests;

public sealed class LoopbackContractTests : TransportContract
{
    // The address is the key's hash itself; any other is somebody else's.
    protected override bool AddressesHaveChecksums => false;

    protected override ITransport CreateTransport() => new LoopbackTransport();
}
