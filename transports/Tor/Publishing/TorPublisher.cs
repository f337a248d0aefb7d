using System.Globalization;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Knows which services are wanted, whatever becomes of tor; each session with a tor publishes them anew.</summary>
internal sealed class TorPublisher(TorServiceBuilder builder, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, TorService> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<TorService, TaskCompletionSource> _withdrawals = [];
    private TorControlConnection? _serving;
    private bool _isEnded;

    /// <summary>Mends what tor forgets each time that publishing changes its configuration.</summary>
    public Func<TorControlConnection, CancellationToken, Task> OnReconfigured { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>How many sessions with a tor there were. Another tor counts its circuits anew.</summary>
    public int Session { get; private set; }

    /// <summary>Wants a service from now on.</summary>
    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition)
    {
        if (TorServiceBuilder.Check(definition) is { } error)
        {
            return error;
        }

        OnionAddress address = OnionAddress.TryParse(definition.Identity.Address, out OnionAddress? parsed, out _)
            ? parsed
            : throw new InvalidOperationException("An identity that was checked has an address.");
        ServicePlace place;
        try
        {
            place = await builder.OpenAsync(definition, address);
        }
        catch (Exception e) when (e is SocketException or OverlayException)
        {
            string advice = e is OverlayException ? "" : " Free descriptors or disk space, and try again.";
            return new PublishError(PublishErrorKind.TransportFailed, $"Service {definition.Name} cannot listen for its visitors: {e.Message}{advice}");
        }

        var service = new TorService(this, definition, address, place, logger);
        if (Want(service) is not { } refusal)
        {
            return PublishResult.FromService(service);
        }

        await service.EndAsync(ServiceStatus.Stopped);
        return refusal;
    }

    /// <summary>Wants a service no more.</summary>
    /// <returns>Completes when tor does not publish it any more.</returns>
    public Task WithdrawAsync(TorService service)
    {
        lock (_gate)
        {
            Remove(service);
            if (_serving is null)
            {
                return Task.CompletedTask;
            }

            if (!_withdrawals.TryGetValue(service, out TaskCompletionSource? withdrawal))
            {
                withdrawal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _withdrawals.Add(service, withdrawal);
                Signal();
            }

            return withdrawal.Task;
        }
    }

    /// <summary>Publishes over a session until that ends.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task ServeAsync(TorControlConnection control, TorTraits traits, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _serving = control;
            Session++;
        }

        try
        {
            await new PublishingSession(this, control, traits, clock, logger).RunAsync(cancellationToken);
        }
        finally
        {
            // What the session had published is gone with it.
            lock (_gate)
            {
                _serving = null;
            }

            CompleteWithdrawals(static _ => true);
        }
    }

    /// <summary>Has tor close a circuit.</summary>
    /// <param name="visitor">The circuit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where there is none such any more.</returns>
    public async ValueTask<bool> CloseCircuitAsync(VisitorCircuit visitor, CancellationToken cancellationToken)
    {
        TorControlConnection? control;
        lock (_gate)
        {
            control = visitor.Session == Session ? _serving : null;
        }

        try
        {
            return control is not null && (await control.SendAsync(ControlCommand.CloseCircuit(visitor.Circuit.ToString(CultureInfo.InvariantCulture)), cancellationToken)).IsSuccess;
        }
        catch (ControlException)
        {
            // Its circuits have ended with it.
            return false;
        }
    }

    /// <summary>Tor tells of a descriptor.</summary>
    public void OnDescriptor(HsDescEvent descriptor)
    {
        TorService? service;
        lock (_gate)
        {
            service = _wanted.GetValueOrDefault(descriptor.Address);
        }

        switch (descriptor.Action)
        {
            case "UPLOAD":
                service?.OnUpload(descriptor);
                break;
            case "UPLOADED":
                service?.OnUploaded(descriptor);
                break;
            case "FAILED":
                service?.OnUploadFailed(descriptor);
                break;
        }
    }

    /// <summary>Tor is gone for a while.</summary>
    public void OnInterrupted(string why)
    {
        foreach (TorService service in Wanted())
        {
            service.OnInterrupted(why);
        }
    }

    /// <summary>Ends all services.</summary>
    public async Task EndAsync()
    {
        lock (_gate)
        {
            _isEnded = true;
        }

        await Task.WhenAll(Wanted().Select(service => service.EndAsync(ServiceStatus.Stopped)));
        lock (_gate)
        {
            _wanted.Clear();
        }
    }

    /// <summary>The services that are wanted now.</summary>
    public TorService[] Wanted()
    {
        lock (_gate)
        {
            return [.. _wanted.Values];
        }
    }

    /// <summary>Whether a service is wanted.</summary>
    public bool IsWanted(TorService service)
    {
        lock (_gate)
        {
            return _wanted.GetValueOrDefault(service.Address.ServiceId) == service;
        }
    }

    /// <summary>Forgets a service that tor will never take.</summary>
    public void Forget(TorService service)
    {
        lock (_gate)
        {
            Remove(service);
        }
    }

    /// <summary>Tells those who wait for it that their services are withdrawn.</summary>
    public void CompleteWithdrawals(Func<TorService, bool> isWithdrawn)
    {
        lock (_gate)
        {
            foreach ((TorService service, TaskCompletionSource withdrawal) in _withdrawals)
            {
                if (isWithdrawn(service))
                {
                    _withdrawals.Remove(service);
                    withdrawal.SetResult();
                }
            }
        }
    }

    /// <summary>Forgets that something has changed, before the one who waits looks at what is wanted.</summary>
    public void ForgetChange() => _changed.Reader.TryRead(out _);

    /// <summary>Waits until something is wanted, or wanted no more, since the last <see cref="ForgetChange"/>, or the time is over.</summary>
    public async Task WaitForChangeAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await _changed.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private PublishError? Want(TorService service)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return PublishError.NotRunning(TorEndPoint.OverlayName, service.Definition);
            }

            if (!_wanted.TryAdd(service.Address.ServiceId, service))
            {
                string other = _wanted[service.Address.ServiceId].Definition.Name;
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service {service.Definition.Name} is published already, by service {other}. Give each service an identity of its own.");
            }

            Signal();
            return null;
        }
    }

    private void Remove(TorService service)
    {
        if (_wanted.GetValueOrDefault(service.Address.ServiceId) == service)
        {
            _wanted.Remove(service.Address.ServiceId);
        }
    }

    private void Signal() => _changed.Writer.TryWrite(true);
}
