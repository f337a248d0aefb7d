using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Has one tor publish what is wanted: compares that with what this tor has, and mends the difference, one command at a time.</summary>
internal sealed partial class PublishingSession(TorPublisher publisher, TorControlConnection control, TorTraits traits, TimeProvider clock, ILogger logger)
{
    // Control-spec, section 4: syntax error in command argument.
    private const int SyntaxError = 512;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    // An onion that is not detached belongs to the connection that made it, so every session starts with none.
    private readonly Dictionary<string, TorService> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<TorService, Deadline> _notBefore = [];

    // What is asked again and again is warned of once.
    private readonly HashSet<(TorService Service, string Said)> _refusals = [];
    private bool _lacksProofOfWork;

    /// <summary>Works until the session ends.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_present.Values.FirstOrDefault(service => !publisher.IsWanted(service)) is { } unwanted)
            {
                await control.SendAsync(ControlCommand.DelOnion(unwanted.Address.ServiceId), cancellationToken);
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
        ControlMessage reply = await AskAsync(service, wantsProofOfWork && !_lacksProofOfWork, cancellationToken);
        if (reply.Status == SyntaxError && wantsProofOfWork && !_lacksProofOfWork)
        {
            // A tor before 0.4.9 does not know the words. The service is worth more than this defence.
            reply = await AskAsync(service, withProofOfWork: false, cancellationToken);
            _lacksProofOfWork = reply.IsSuccess;
        }

        if (AddOnionReply.TryParse(reply) is not { } added)
        {
            if (reply.IsSuccess)
            {
                // Whatever it published is withdrawn with the connection alone.
                throw new ControlException("Tor took a service and does not say under which address. Check that the program is tor.");
            }

            await OnRefusedAsync(service, reply);
        }
        else if (added.ServiceId == service.Address.ServiceId)
        {
            _present.Add(added.ServiceId, service);
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
            if (added.ServiceId.Length > 0 && added.ServiceId.All(char.IsAsciiLetterOrDigit))
            {
                await control.SendAsync(ControlCommand.DelOnion(added.ServiceId), cancellationToken);
            }
        }
    }

    private async Task<ControlMessage> AskAsync(TorService service, bool withProofOfWork, CancellationToken cancellationToken)
    {
        byte[] key = TorIdentityFormat.Instance.Export(service.Definition.Identity, TorIdentityFormat.ControlFormat);
        try
        {
            return await control.AddOnionAsync(Request(service, key, withProofOfWork), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static AddOnionRequest Request(TorService service, byte[] key, bool withProofOfWork)
    {
        TorServiceOptions options = service.Options;
        var flags = new List<string>();
        var arguments = new List<(string, string)>();
        if (options.MaxStreamsCloseCircuit)
        {
            flags.Add("MaxStreamsCloseCircuit");
        }

        if (options.MaxStreams > 0)
        {
            arguments.Add(("MaxStreams", Number(options.MaxStreams)));
        }

        if (options.Clients.Count > 0)
        {
            flags.Add("V3Auth");
            arguments.AddRange(AuthorizedClients.Keys(options.Clients).Select(k => ("ClientAuthV3", k)));
        }

        if (withProofOfWork)
        {
            arguments.Add(("PoWDefensesEnabled", "1"));
            AddNumber("PoWQueueRate", options.ProofOfWorkQueueRate);
            AddNumber("PoWQueueBurst", options.ProofOfWorkQueueBurst);
        }

        return new AddOnionRequest(key, [.. service.Targets.Select(t => (t.Port, Target(t.Target)))]) { Flags = flags, Arguments = arguments };

        void AddNumber(string keyword, int? number)
        {
            if (number is { } given)
            {
                arguments.Add((keyword, Number(given)));
            }
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Target(EndPoint target) => target is UnixDomainSocketEndPoint ? $"unix:{target}" : target.ToString()!;

    private Task OnRefusedAsync(TorService service, ControlMessage reply)
    {
        string said = ReplyCodes.Said(reply);
        switch (reply.Status)
        {
            case SyntaxError or 513:
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
