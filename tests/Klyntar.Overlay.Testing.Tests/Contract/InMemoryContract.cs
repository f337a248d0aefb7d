using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>The contract over an in-memory overlay, with as much or as little as is declared.</summary>
public abstract class InMemoryContract(InMemoryOptions options) : TransportContract
{
    protected InMemoryContract(TransportCapabilities capabilities)
        : this(new InMemoryOptions { Capabilities = capabilities })
    {
    }

    protected InMemoryOverlay Overlay { get; } = new(options);

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

/// <summary>Nothing comes at once: neither start, publication, dial nor byte. On virtual time.</summary>
public sealed class Whatever_takes_its_time : InMemoryContract
{
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(5);

    public Whatever_takes_its_time()
        : base(new InMemoryOptions { StartTime = Latest, PublishTime = TimeSpan.FromSeconds(3) }) =>
        Overlay.Faults = new InMemoryFaults { DialLatency = TimeSpan.FromSeconds(1), Latency = TimeSpan.FromMilliseconds(150) };

    protected override TestTransportContext CreateContext() => new(new HurriedClock(Latest), LogOutput);
}
