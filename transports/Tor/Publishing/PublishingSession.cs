using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Has one tor publish what is wanted: compares that with what this tor has, and mends the difference, one command at a time.</summary>
internal sealed partial class PublishingSession(TorPublisher publisher, TorControlConnection control, TorTraits traits, TimeProvider clock, ILogger logger)
{
    // Control-spec, section 4: syntax error in command argument, unrecognized key and unacceptable value of a setting.
    private const int SyntaxError = 512;
    private const int UnrecognizedKey = 552;
    private const int Unacceptable = 513;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    // An onion that is not detached belongs to the connection that made it, so every session starts with none.
    private readonly Dictionary<string, TorService> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<TorService, Deadline> _notBefore = [];

    // What is asked again and again is warned of once.
    private readonly HashSet<(TorService Service, string Said)> _refusals = [];
    private readonly AddOnionWay _addOnion = new(control);
    private readonly ServiceDirWay _serviceDir = new(control, publisher.OnReconfigured);
    private bool _lacksProofOfWork;

    /// <summary>Works until the session ends.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // What changes from here on is told; what changed before is about to be seen.
            publisher.ForgetChange();
            if (_present.Values.FirstOrDefault(service => !publisher.IsWanted(service)) is { } unwanted)
            {
                await WayOf(unwanted).RemoveAsync(unwanted, unwanted.Address.ServiceId, cancellationToken);
                _present.Remove(unwanted.Address.ServiceId);
                continue;
            }

            publisher.CompleteWithdrawals(service => _present.GetValueOrDefault(service.Address.ServiceId) != service);
            if (NextMissing(out TimeSpan wait) is { } missing)
            {
                await AddAsync(missing, cancellationToken);
            }
            else
            {
                await publisher.WaitForChangeAsync(wait, cancellationToken);
            }
        }
    }

    private IPublishingWay WayOf(TorService service) => service.Folder is null ? _addOnion : _serviceDir;

    private TorService? NextMissing(out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        foreach (TorService service in publisher.Wanted())
        {
            if (_present.ContainsKey(service.Address.ServiceId))
            {
                continue;
            }

            TimeSpan left = _notBefore.TryGetValue(service, out Deadline retry) ? retry.Remaining : TimeSpan.Zero;
            if (left == TimeSpan.Zero)
            {
                return service;
            }

            wait = wait == Timeout.InfiniteTimeSpan || left < wait ? left : wait;
        }

        return null;
    }

    private async Task AddAsync(TorService service, CancellationToken cancellationToken)
    {
        service.OnPublishing();
        bool wantsProofOfWork = service.Options.ProofOfWork;
        IPublishingWay way = WayOf(service);
        PublishingAnswer answer = await way.AddAsync(service, wantsProofOfWork && !_lacksProofOfWork, cancellationToken);
        if (IsOfContent(answer.Reply) && wantsProofOfWork && !_lacksProofOfWork)
        {
            // A tor before 0.4.9 does not know the words. The service is worth more than this defence.
            answer = await way.AddAsync(service, withProofOfWork: false, cancellationToken);
            _lacksProofOfWork = answer.Reply.IsSuccess;
        }

        if (answer.ServiceId is not { } serviceId)
        {
            if (answer.Reply.IsSuccess)
            {
                // Whatever it published is withdrawn with the connection alone.
                throw new ControlException("Tor took a service and does not say under which address. Check that the program is tor.");
            }

            await OnRefusedAsync(service, answer.Reply);
        }
        else if (serviceId == service.Address.ServiceId)
        {
            _present.Add(serviceId, service);
            service.OnTaken(lacksProofOfWork: wantsProofOfWork && _lacksProofOfWork);
            if (!traits.TellsDescriptors)
            {
                service.OnUploadsUntold();
            }
        }
        else
        {
            Log.WrongAddress(logger, service.Definition.Name);
            await FailAsync(service, "Tor published another address than the key makes, and was told to withdraw it. The program is not a tor to be trusted: check where it comes from.");
            await way.RemoveAsync(service, serviceId, cancellationToken);
        }
    }

    // Asking again would end in the same way.
    private static bool IsOfContent(ControlMessage reply) => reply.Status is SyntaxError or Unacceptable or UnrecognizedKey;

    private Task OnRefusedAsync(TorService service, ControlMessage reply)
    {
        string said = ReplyCodes.Said(reply);
        switch (reply.Status)
        {
            case SyntaxError or Unacceptable or UnrecognizedKey:
                return FailAsync(service, $"Tor refuses the service: {said}. Check its options; an older tor knows fewer.");
            case 550 when traits.IsOurs:
                return FailAsync(service, $"Tor publishes this identity already: {said}. Remove it from transports.tor.torrc, or give the service another identity.");
            default:
                // Tor's own trouble, which passes.
                if (_refusals.Add((service, said)))
                {
                    Log.Refused(logger, service.Definition.Name, said);
                }

                _notBefore[service] = Deadline.After(RetryPause, clock);
                service.OnInterrupted($"Tor does not take the service now ({said}); it is asked again.");
                return Task.CompletedTask;
        }
    }

    private Task FailAsync(TorService service, string why)
    {
        Log.Failed(logger, service.Definition.Name, why);
        publisher.Forget(service);
        return service.EndAsync(new ServiceStatus.Failed(why));
    }
}
