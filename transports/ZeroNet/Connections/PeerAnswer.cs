namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What is answered to a request.</summary>
internal abstract record PeerAnswer
{
    private PeerAnswer()
    {
    }

    /// <summary>What was asked for.</summary>
    /// <param name="Body">The answer's own fields.</param>
    public sealed record Fields(IMessageBody Body) : PeerAnswer;

    /// <summary>A refusal.</summary>
    /// <param name="Error">Why, in the words of real nodes where they have some, such as "Unknown site".</param>
    public sealed record Failure(string Error) : PeerAnswer;

    /// <summary>A part of a file, as raw bytes after the message.</summary>
    /// <param name="Head">What is told of the part.</param>
    /// <param name="Bytes">The part: as many bytes as the head says.</param>
    public sealed record Stream(StreamAnswer Head, ReadOnlyMemory<byte> Bytes) : PeerAnswer;

    /// <summary>The last answer of a connection, which speaks this protocol no more after it.</summary>
    /// <param name="Body">The answer's own fields.</param>
    /// <param name="UseAsync">Uses the connection from then on; it is closed when this has ended. The stream is read and written at once, and owned by the connection.</param>
    public sealed record Handover(IMessageBody Body, Func<PeerStream, CancellationToken, Task> UseAsync) : PeerAnswer;
}
