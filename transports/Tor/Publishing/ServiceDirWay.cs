using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>
/// By HiddenServiceDir in the configuration of a tor of our own, at run time. ADD_ONION has no way to have tor tell visitors' circuits apart, nor limits at
/// introduction points.
/// </summary>
/// <param name="control">The session's control connection.</param>
/// <param name="onReconfigured">Mends what tor forgets with each change of its configuration.</param>
/// <remarks><a href="https://spec.torproject.org/control-spec/commands.html#setconf">control-spec, section 3.1</a>: SETCONF replaces all lines of all services. Tor keeps those that stay the same as they are, with their circuits.</remarks>
internal sealed class ServiceDirWay(TorControlConnection control, Func<TorControlConnection, CancellationToken, Task> onReconfigured) : IPublishingWay
{
    // All of a service's settings, in the order in which they are set.
    private const string AllServices = "HiddenServiceOptions";
    private const string FirstOfService = "HiddenServiceDir";

    // Control-spec, section 4: unacceptable configuration value.
    private const int Unacceptable = 513;
    private const int ResourceExhausted = 451;

    // Tor ends the connection at a line of a megabyte.
    private const int LongestCommand = 1_000_000;

    private readonly Dictionary<TorService, bool> _present = [];

    // The operator's own services, from the lines of his configuration.
    private (string Key, string? Value)[]? _operators;

    public async Task<PublishingAnswer> AddAsync(TorService service, bool withProofOfWork, CancellationToken cancellationToken)
    {
        ServiceFolder folder = service.Folder!;
        try
        {
            folder.Write(service.Definition.Identity, AuthorizedClients.Keys(service.Options.Clients));
        }
        catch (OverlayException e)
        {
            return new PublishingAnswer(Refusal(ResourceExhausted, e.Message), null);
        }

        _present[service] = withProofOfWork;
        ControlMessage reply = await SetAsync(cancellationToken);
        if (!reply.IsSuccess)
        {
            _present.Remove(service);
            folder.Delete();
        }

        return new PublishingAnswer(reply, reply.IsSuccess ? folder.ReadServiceId() : null);
    }

    public async Task RemoveAsync(TorService service, string serviceId, CancellationToken cancellationToken)
    {
        if (_present.Remove(service))
        {
            await SetAsync(cancellationToken);
            service.Folder!.Delete();
        }
    }

    private async Task<ControlMessage> SetAsync(CancellationToken cancellationToken)
    {
        _operators ??= await ReadAsync(cancellationToken);
        (string Key, string? Value)[] settings = [.. _operators, .. _present.SelectMany(p => Settings(p.Key, p.Value))];
        ControlCommand command = ControlCommand.SetConf(settings.Length > 0 ? settings : [(FirstOfService, null)]);
        if (command.Line.Length > LongestCommand)
        {
            return Refusal(Unacceptable, "the settings of all services together are too long for tor's control port");
        }

        ControlMessage reply = await control.SendAsync(command, cancellationToken);
        if (reply.IsSuccess)
        {
            await onReconfigured(control, cancellationToken);
        }

        return reply;
    }

    private async Task<(string Key, string? Value)[]> ReadAsync(CancellationToken cancellationToken)
    {
        // Answered by the settings that it stands for, and by its own name where there are none.
        ControlMessage reply = await control.ExecuteAsync(ControlCommand.GetConf(AllServices), cancellationToken);
        return [.. KeyValueReply.TryParse(reply)!.Pairs.Where(p => p.Value is not null).Select(p => (p.Key, (string?)ControlText.FromUtf8(p.Value!)))];
    }

    private static IEnumerable<(string Key, string? Value)> Settings(TorService service, bool withProofOfWork)
    {
        TorServiceOptions options = service.Options;
        yield return (FirstOfService, service.Folder!.Path);
        foreach ((int port, string target) in service.Targets)
        {
            yield return ("HiddenServicePort", string.Create(CultureInfo.InvariantCulture, $"{port} {target}"));
        }

        yield return ("HiddenServiceExportCircuitID", "haproxy");
        if (options.MaxStreams > 0)
        {
            yield return ("HiddenServiceMaxStreams", Text(options.MaxStreams));
        }

        if (options.MaxStreamsCloseCircuit)
        {
            yield return ("HiddenServiceMaxStreamsCloseCircuit", "1");
        }

        if (options.LimitsIntroductions)
        {
            yield return ("HiddenServiceEnableIntroDoSDefense", "1");
        }

        if (withProofOfWork)
        {
            yield return ("HiddenServicePoWDefensesEnabled", "1");
        }

        foreach ((string key, int? number) in ((string, int?)[])
        [
            ("HiddenServiceEnableIntroDoSRatePerSec", options.IntroductionRate),
            ("HiddenServiceEnableIntroDoSBurstPerSec", options.IntroductionBurst),
            ("HiddenServicePoWQueueRate", withProofOfWork ? options.ProofOfWorkQueueRate : null),
            ("HiddenServicePoWQueueBurst", withProofOfWork ? options.ProofOfWorkQueueBurst : null),
        ])
        {
            if (number is { } given)
            {
                yield return (key, Text(given));
            }
        }
    }

    private static ControlMessage Refusal(int status, string why) => new([new ControlLine(status, why)]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
