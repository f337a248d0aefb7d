using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Keeps tor publishing what is wanted: compares what is wanted with what the present session has, and mends the difference, one command at a time.</summary>
internal sealed partial class TorPublisher(TorServiceBuilder builder, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, TorService> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<TorService, TaskCompletionSource> _withdrawals = [];
    private bool _isServing;
    private bool _isEnded;

    /// <summary>Wants a service from now on.</summary>
    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition)
    {
        if (TorServiceBuilder.Check(definition) is { } error)
        {
            return error;
        }

        ImmutableArray<(int Port, EngineListener Listener)> doors;
        try
        {
            doors = await builder.OpenAsync(definition.Ports);
        }
        catch (Exception e) when (e is SocketException or OverlayException)
        {
            return new PublishError(PublishErrorKind.TransportFailed, $"Service {definition.Name} cannot listen for its visitors: {e.Message} Free descriptors or disk space, and try again.");
        }

        OnionAddress address = OnionAddress.TryParse(definition.Identity.Address, out OnionAddress? parsed, out _)
            ? parsed
            : throw new InvalidOperationException("An identity that was checked has an address.");
        var service = new TorService(this, definition, address, doors, logger);
        PublishError? refusal = Want(service);
        if (refusal is null)
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
            if (_wanted.GetValueOrDefault(service.Address.ServiceId) == service)
            {
                _wanted.Remove(service.Address.ServiceId);
            }

            if (!_isServing)
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

    /// <summary>Publishes over a session until that ends. What a former session had is gone with it.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task ServeAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        var session = new Session();
        lock (_gate)
        {
            _isServing = true;
        }

        try
        {
            while (true)
            {
                switch (Next(session, out TimeSpan wait))
                {
                    case { IsWanted: true } step:
                        await AddAsync(control, session, step.Service, cancellationToken);
                        break;
                    case { IsWanted: false } step:
                        await control.SendAsync(ControlCommand.DelOnion(step.Service.Address.ServiceId), cancellationToken);
                        session.Present.Remove(step.Service.Address.ServiceId);
                        break;
                    default:
                        await WaitAsync(wait, cancellationToken);
                        break;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _isServing = false;
                CompleteWithdrawals(static _ => true);
            }
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
            case "UPLOADED":
                service?.OnUploaded();
                break;
            case "FAILED":
                service?.OnUploadFailed(descriptor.Reason ?? "no reason");
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

    private PublishError? Want(TorService service)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return TransportStopped;
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

    public static PublishError TransportStopped { get; } = new(PublishErrorKind.TransportFailed, "The Tor transport has stopped or was not started. Start the gateway.");

    private TorService[] Wanted()
    {
        lock (_gate)
        {
            return [.. _wanted.Values];
        }
    }

    private void Signal() => _changed.Writer.TryWrite(true);

    private Step? Next(Session session, out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            foreach ((string id, TorService present) in session.Present)
            {
                if (_wanted.GetValueOrDefault(id) != present)
                {
                    return new Step(present, IsWanted: false);
                }
            }

            CompleteWithdrawals(service => session.Present.GetValueOrDefault(service.Address.ServiceId) != service);
            foreach ((string id, TorService wanted) in _wanted)
            {
                if (session.Present.ContainsKey(id))
                {
                    continue;
                }

                TimeSpan left = session.NotBefore.TryGetValue(wanted, out Deadline retry) ? retry.Remaining : TimeSpan.Zero;
                if (left == TimeSpan.Zero)
                {
                    return new Step(wanted, IsWanted: true);
                }

                wait = wait == Timeout.InfiniteTimeSpan || left < wait ? left : wait;
            }

            return null;
        }
    }

    private void CompleteWithdrawals(Func<TorService, bool> isWithdrawn)
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

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var due = new CancellationTokenSource(wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await _changed.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task AddAsync(TorControlConnection control, Session session, TorService service, CancellationToken cancellationToken)
    {
        service.OnPublishing();
        byte[] key = TorIdentityFormat.Instance.Export(service.Definition.Identity, TorIdentityFormat.ControlFormat);
        ControlMessage reply;
        try
        {
            reply = await control.AddOnionAsync(Request(service, key), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        if (AddOnionReply.TryParse(reply) is not { } added)
        {
            await OnRefusedAsync(session, service, reply);
        }
        else if (added.ServiceId == service.Address.ServiceId)
        {
            session.Present.Add(added.ServiceId, service);
            service.OnTaken();
        }
        else
        {
            Log.WrongAddress(logger, service.Definition.Name);
            await FailAsync(service, "Tor published another address than the key makes, and was told to withdraw it. The program is not a tor to be trusted: check where it comes from.");
            if (added.ServiceId.Length > 0 && added.ServiceId.All(char.IsAsciiLetterOrDigit))
            {
                await control.SendAsync(ControlCommand.DelOnion(added.ServiceId), cancellationToken);
            }
        }
    }

    private static AddOnionRequest Request(TorService service, byte[] key)
    {
        TorServiceOptions options = service.Options;
        return new AddOnionRequest(key, [.. service.Targets.Select(t => (t.Port, Target(t.Target)))])
        {
            Flags = options.MaxStreamsCloseCircuit ? ["MaxStreamsCloseCircuit"] : [],
            Arguments = options.MaxStreams > 0 ? [("MaxStreams", options.MaxStreams.ToString(System.Globalization.CultureInfo.InvariantCulture))] : [],
        };
    }

    private static string Target(EndPoint target) => target is UnixDomainSocketEndPoint ? $"unix:{target}" : target.ToString()!;

    private Task OnRefusedAsync(Session session, TorService service, ControlMessage reply)
    {
        string said = LogText.Redact($"{reply.Status} {reply.Text}");
        switch (reply.Status)
        {
            case 512 or 513:
                return FailAsync(service, $"Tor refuses the service: {said}. Check its options; an older tor knows fewer.");
            case 550:
                return FailAsync(service, $"Tor publishes this identity already: {said}. Remove it from transports.tor.torrc, or give the service another identity.");
            default:
                // Tor's own trouble, which passes.
                Log.Refused(logger, service.Definition.Name, said);
                session.NotBefore[service] = Deadline.After(RetryPause, clock);
                service.OnInterrupted($"Tor does not take the service now ({said}); it is asked again.");
                return Task.CompletedTask;
        }
    }

    private Task FailAsync(TorService service, string why)
    {
        Log.Failed(logger, service.Definition.Name, why);
        lock (_gate)
        {
            if (_wanted.GetValueOrDefault(service.Address.ServiceId) == service)
            {
                _wanted.Remove(service.Address.ServiceId);
            }
        }

        return service.EndAsync(new ServiceStatus.Failed(why));
    }

    private sealed record Step(TorService Service, bool IsWanted);

    /// <summary>What one session of tor has.</summary>
    private sealed class Session
    {
        public Dictionary<string, TorService> Present { get; } = new(StringComparer.Ordinal);

        public Dictionary<TorService, Deadline> NotBefore { get; } = [];
    }
}
