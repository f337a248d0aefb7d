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
    /// <exception cref="ControlException">Tor does not know a key or answers something else, or the connection ends.</exception>
    public async Task<KeyValueReply> GetInfoAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ControlCommand command = ControlCommand.GetInfo(keys);
        ControlMessage reply = await SendAsync(command, cancellationToken);
        return Answers(command, reply, answers => keys.All(key => answers[key] is not null)) ?? throw Refused(command, reply);
    }

    /// <summary>Asks for a value that may be refused.</summary>
    /// <returns>The value; null where tor, or a filter before it, refuses.</returns>
    /// <exception cref="ControlException">Tor answers something else, or the connection ends.</exception>
    public async Task<string?> TryGetInfoAsync(string key, CancellationToken cancellationToken)
    {
        ControlCommand command = ControlCommand.GetInfo(key);
        return Answers(command, await SendAsync(command, cancellationToken), answers => answers[key] is not null)?[key];
    }

    /// <summary>Asks for settings.</summary>
    /// <exception cref="ControlException">Tor does not know a key or answers something else, or the connection ends.</exception>
    public async Task<KeyValueReply> GetConfAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ControlCommand command = ControlCommand.GetConf(keys);
        ControlMessage reply = await SendAsync(command, cancellationToken);

        // A setting that has its default is named without a value.
        return Answers(command, reply, answers => keys.All(answers.Contains)) ?? throw Refused(command, reply);
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

    // A success without what was asked would be read as a value that is not set.
    private static KeyValueReply? Answers(ControlCommand command, ControlMessage reply, Func<KeyValueReply, bool> isComplete)
    {
        KeyValueReply? answers = KeyValueReply.TryParse(reply);
        return answers is null || isComplete(answers)
            ? answers
            : throw new ControlException($"The control port answers {command} with something else than was asked. Check that it is tor's.");
    }

    // The text of a refusal may repeat an argument, and arguments may be secrets.
    private static ControlException Refused(ControlCommand command, ControlMessage reply) =>
        new($"Tor refuses {command}: {ReplyCodes.Meaning(reply.Status)} ({(command.IsSecret ? reply.Status : ReplyCodes.Said(reply))}).");
}
