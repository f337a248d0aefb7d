using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A gateway that is a tracker at an onion in memory, and nothing else.</summary>
public sealed class MemoryTracker : IAsyncLifetime
{
    private InMemoryTransport? _tor;
    private StartedTransport? _started;

    internal MemoryOnions Network { get; } = new();

    /// <summary>The tracker, as options name it.</summary>
    public string Address => _started!.Transport.Notes.Single(static note => note.StartsWith(ZeroNetNode.PeerPortNote, StringComparison.Ordinal))[ZeroNetNode.PeerPortNote.Length..];

    public async ValueTask InitializeAsync()
    {
        (TestTransportContext context, _tor) = Network.CreateContext(output: null);
        _started = await StartedTransport.StartAsync(new ZeroNetTransport(new ZeroNetOptions { Over = ["tor"], Tracker = true }), context, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await (_started?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_tor?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
