using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <content>Services that programs of this machine have published while the gateway runs: the daemons that share it.</content>
public sealed partial class GatewayHost
{
    private readonly SemaphoreSlim _changingServices = new(1);
    private readonly Dictionary<string, AddedService> _added = new(StringComparer.Ordinal);

    /// <summary>Publishes a service until the gateway ends, as if the configuration had it; its identity is kept as any other's. One of that name that was published so before is replaced, unless it is just the same.</summary>
    /// <param name="name">A name that no service of the configuration has.</param>
    /// <param name="json">The service, as the configuration has it.</param>
    /// <param name="holder">Who is to <see cref="HoldAsync"/> it, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is on each overlay; whether visitors can reach it, <see cref="Status"/> tells.</returns>
    /// <exception cref="OverlayException">It is wrong, or cannot be published.</exception>
    internal async Task<ImmutableArray<ServiceReport>> PublishAsync(string name, ReadOnlyMemory<byte> json, object? holder, CancellationToken cancellationToken)
    {
        var service = GatewayConfiguration.ReadPart<ServiceOptions>(json.Span, $"The service {ConfigurationNode.Quotable(name)}", _services.Catalog);
        string wish = System.Text.Encoding.UTF8.GetString(json.Span);
        await _changingServices.WaitAsync(cancellationToken);
        try
        {
            if (_added.TryGetValue(name, out AddedService? known))
            {
                if (known.Wish == wish)
                {
                    _added[name] = known with { Holder = holder };
                    return ReportsOf(known.Doors);
                }

                // Checked before the one that is published is given up.
                GatewayConfiguration.Validate(_options with { Services = new Dictionary<string, ServiceOptions>(_options.Services) { [name] = service } }, _services.Catalog);
                await WithdrawAsync(name, known.Doors);
            }

            CheckNew(name, service);
            ImmutableArray<ServiceDoor> doors = [.. PublicationsOf(name, service, _doorContext!)];
            ServiceLoops.Refuse([.. _publications, .. doors]);
            Add(name, doors);
            foreach (ServiceDoor door in doors)
            {
                _doorContext!.Own.Add(door);
            }

            _added.Add(name, new AddedService(wish, doors, holder));
            try
            {
                await PublishAsync(name, doors, cancellationToken);
            }
            catch
            {
                await WithdrawAsync(name, doors);
                throw;
            }

            return ReportsOf(doors);
        }
        finally
        {
            _changingServices.Release();
        }
    }

    /// <summary>Withdraws a service that <see cref="PublishAsync(string, ReadOnlyMemory{byte}, object?, CancellationToken)"/> has published. Its identity is kept.</summary>
    /// <exception cref="OverlayException">There is none of that name.</exception>
    internal async Task WithdrawAsync(string name, CancellationToken cancellationToken)
    {
        await _changingServices.WaitAsync(cancellationToken);
        try
        {
            if (!_added.TryGetValue(name, out AddedService? known))
            {
                throw new OverlayException(_options.Services.ContainsKey(name)
                    ? $"The service {name} is in the configuration. Remove it there."
                    : $"No service {ConfigurationNode.Quotable(name)} was published so. 'klyntar-overlay status' shows those there are.");
            }

            await WithdrawAsync(name, known.Doors);
        }
        finally
        {
            _changingServices.Release();
        }
    }

    /// <summary>Withdraws a service when its holder has left, unless it is another's by then or the gateway has ended.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="left">Cancelled when he leaves.</param>
    internal async Task HoldAsync(string name, object holder, CancellationToken left)
    {
        CancellationToken ended = _ended.Token;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(left, ended))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _services.Clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (ended.IsCancellationRequested)
        {
            return;
        }

        Task turn = _changingServices.WaitAsync(ended);
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!turn.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            if (_added.TryGetValue(name, out AddedService? known) && known.Holder == holder)
            {
                await WithdrawAsync(name, known.Doors);
            }
        }
        finally
        {
            _changingServices.Release();
        }
    }

    private async Task WithdrawAsync(string name, ImmutableArray<ServiceDoor> doors)
    {
        _added.Remove(name);
        foreach (ServiceDoor door in doors)
        {
            _doorContext!.Own.Remove(door);
        }

        await EndAsync(doors);
    }

    private static ImmutableArray<ServiceReport> ReportsOf(ImmutableArray<ServiceDoor> doors) => [.. doors.Select(d => d.Report)];

    /// <summary>A service that was published while the gateway runs.</summary>
    /// <param name="Wish">How it was asked for.</param>
    /// <param name="Doors">It, on each overlay.</param>
    /// <param name="Holder">For whom it is published, where that is not for good.</param>
    private sealed record AddedService(string Wish, ImmutableArray<ServiceDoor> Doors, object? Holder);
}
