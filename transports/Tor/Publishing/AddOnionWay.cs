using System.Globalization;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>By ADD_ONION: nothing of the service is on tor's disk, and it ends with the control connection.</summary>
internal sealed class AddOnionWay(TorControlConnection control) : IPublishingWay
{
    public async Task<PublishingAnswer> AddAsync(TorService service, bool withProofOfWork, CancellationToken cancellationToken)
    {
        byte[] key = TorIdentityFormat.Instance.Export(service.Definition.Identity, TorIdentityFormat.ControlFormat);
        try
        {
            ControlMessage reply = await control.AddOnionAsync(Request(service, key, withProofOfWork), cancellationToken);
            return new PublishingAnswer(reply, AddOnionReply.TryParse(reply)?.ServiceId);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public async Task RemoveAsync(TorService service, string serviceId, CancellationToken cancellationToken)
    {
        if (serviceId.Length > 0 && serviceId.All(char.IsAsciiLetterOrDigit))
        {
            await control.SendAsync(ControlCommand.DelOnion(serviceId), cancellationToken);
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
            AddNumber("MaxStreams", options.MaxStreams);
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

        return new AddOnionRequest(key, [.. service.Targets]) { Flags = flags, Arguments = arguments };

        void AddNumber(string keyword, int? number)
        {
            if (number is { } given)
            {
                arguments.Add((keyword, given.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }
}
