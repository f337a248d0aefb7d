using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>The contract over an in-memory overlay, with as much or as little as is declared.</summary>
public abstract class InMemoryContract(TransportCapabilities capabilities) : TransportContract
{
    protected InMemoryOverlay Overlay { get; } = new(new InMemoryOptions { Capabilities = capabilities });

    protected override bool CanKillHelper => true;

    protected override ITransport CreateTransport() => Overlay.CreateTransport();

    protected override ValueTask KillHelperAsync(StartedTransport started)
    {
        ((InMemoryTransport)started.Transport).LoseHelper();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled) =>
        ValueTask.FromResult<string?>($"{dialled.Features.Get<IInMemoryPathFeature>()!.Path}");
}

public sealed class Everything_that_an_overlay_can_carry() : InMemoryContract(new InMemoryOptions().Capabilities);

public sealed class No_more_than_publishing() : InMemoryContract(new TransportCapabilities { Publish = true });
