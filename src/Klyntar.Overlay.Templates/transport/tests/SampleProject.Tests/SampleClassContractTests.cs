using Klyntar.Overlay;
using Klyntar.Overlay.Testing;

namespace SampleNamespace.Tests;

/// <summary>Every promise of the contract, tested: some fifty tests, inherited. What Capabilities declares decides what is demanded.</summary>
public sealed class SampleClassContractTests : TransportContract
{
    // All transports of one test are on one overlay, which is this folder.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <summary>The transport as its factory would make it, with options for the test.</summary>
    protected override ITransport CreateTransport() => new SampleClassTransport(new SampleClassOptions { Folder = _folder.FullName });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
