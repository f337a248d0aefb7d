using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class TorControlConnection
{
    /// <summary>Whether the other side is known to be tor and not a squatter: its user was checked, or it proved that it can read the cookie. Set by <see cref="ControlAuthenticator"/>.</summary>
    public bool IsPeerVerified { get; internal set; }

    /// <summary>Sends a command that has to succeed.</summary>
    /// <exception cref="ControlException">Tor refuses it, or the connection ends.</exception>
    public async Task<ControlMessage> ExecuteAsync(ControlCommand command, CancellationToken cancellationToken)
    {
        ControlMessage reply = await SendAsync(command, cancellationToken);
        return reply.IsSuccess ? reply : throw Refused(command, reply);
    }

    /// <summary>Asks for values.</summary>
    /// <exception cref="ControlException">Tor does not know a key, or the connection ends.</exception>
    public async Task<KeyValueReply> GetInfoAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        ControlCommand command = ControlCommand.GetInfo(keys);
        ControlMessage reply = await SendAsync(command, cancellationToken);
        return KeyValueReply.TryParse(reply) ?? throw Refused(command, reply);
    }

    /// <summary>Asks for settings.</summary>
    /// <exception cref="ControlException">Tor does not know a key, or the connection ends.</exception>
    public async Task<KeyValueReply> GetConfAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        ControlCommand command = ControlCommand.GetConf(keys);
        ControlMessage reply = await SendAsync(command, cancellationToken);
        return KeyValueReply.TryParse(reply) ?? throw Refused(command, reply);
    }

    /// <summary>Publishes a service; the key goes to verified peers alone.</summary>
    /// <returns>Tor's reply: <see cref="AddOnionReply"/> reads it.</returns>
    /// <exception cref="InvalidOperationException">The peer is not verified.</exception>
    /// <exception cref="ControlException">The connection ends.</exception>
    public Task<ControlMessage> AddOnionAsync(AddOnionRequest request, CancellationToken cancellationToken)
    {
        return IsPeerVerified
            ? SendAsync(ControlCommand.AddOnion(request), cancellationToken)
            : throw new InvalidOperationException("A key is not given to a control port that may not be tor's.");
    }

    /// <summary>Gives tor the key by which a service knows this gateway; it goes to verified peers alone.</summary>
    /// <returns>Tor's reply: 250, 251 where it replaced one, 252 where a descriptor can be read now. Others may repeat the key.</returns>
    /// <exception cref="InvalidOperationException">The peer is not verified.</exception>
    /// <exception cref="ControlException">The connection ends.</exception>
    public Task<ControlMessage> AddClientKeyAsync(OnionAddress service, ClientKey key, CancellationToken cancellationToken)
    {
        return IsPeerVerified
            ? SendAsync(ControlCommand.AddClientKey(service.ServiceId, key.Secret), cancellationToken)
            : throw new InvalidOperationException("A key is not given to a control port that may not be tor's.");
    }

    // The text of a refusal may repeat an argument, and arguments may be secrets.
    private static ControlException Refused(ControlCommand command, ControlMessage reply) =>
        new(command.IsSecret ? $"Tor refuses {command} with {reply.Status}." : $"Tor refuses {command}: {reply.Status} {LogText.Redact(reply.Text)}");
}
