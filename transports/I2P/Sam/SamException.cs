using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A SAM bridge that does not do what it should. The message is for the operator, without addresses and keys.</summary>
internal sealed class SamException : OverlayException
{
    private SamException(string message, SamViolation violation, SamReply? reply, Exception? inner)
        : base(message, inner)
    {
        Violation = violation;
        Reply = reply;
    }

    /// <summary>What went wrong; meaningless where <see cref="Reply"/> tells.</summary>
    public SamViolation Violation { get; }

    /// <summary>The refusal, where the bridge answered in good order.</summary>
    public SamReply? Reply { get; }

    /// <summary>A fault while a command waited for its answer.</summary>
    /// <param name="command">The command's first words, such as "SESSION CREATE".</param>
    /// <param name="violation">The fault.</param>
    /// <param name="inner">What is behind it.</param>
    public static SamException Of(string command, SamViolation violation, Exception? inner = null)
    {
        string what = violation switch
        {
            SamViolation.LineTooLong => "sent a line that is too long",
            SamViolation.NotText => "sent what is no text",
            SamViolation.BadSyntax => "sent a line that cannot be read",
            SamViolation.TooManyValues => "sent a line with too many values",
            SamViolation.NoResult => "sent an answer without a RESULT",
            SamViolation.OtherAnswer => "answered something else than was asked",
            SamViolation.BadDestination => "sent something else where a destination is due",
            SamViolation.TooManyPings => "sends PING without an end",
            SamViolation.Silent => "does not answer",
            _ => "closed the connection before its answer",
        };
        string advice = violation is SamViolation.Silent or SamViolation.Closed ? "Check that the router is well." : "Check that it is a router's SAM bridge.";
        return new SamException($"The SAM bridge {what} ({command}). {advice}", violation, null, inner);
    }

    /// <summary>A refusal where the protocol goes on only with consent.</summary>
    /// <param name="command">The command's first words.</param>
    /// <param name="reply">The refusal.</param>
    public static SamException Refused(string command, SamReply reply) =>
        new(
            $"The router refuses {command}: {SamResults.Sentence(reply.Result)}{(reply.Detail is { } detail ? $" It says: {detail}." : "")}"
            + (command == SamCommand.Hello && reply.Result != SamResult.NoVersion ? " If it asks for a user name and password, set transports.i2p.user and passwordFile." : ""),
            SamViolation.OtherAnswer,
            reply,
            null);

    /// <summary>Nobody is there.</summary>
    public static SamException NotReached(EndPoint endPoint, SocketException failure) => new(SamAddress.Sentence(endPoint, failure), SamViolation.Closed, null, failure);

    /// <summary>A fault of the connection.</summary>
    public static SamException Broken(string command, Exception inner) => Of(command, SamViolation.Closed, inner);
}
