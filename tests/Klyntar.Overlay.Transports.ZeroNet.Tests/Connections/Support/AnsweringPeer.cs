using System.Collections.Concurrent;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Answers pings, and whatever else a test says.</summary>
internal sealed class AnsweringPeer : IPeerRequests
{
    public Dictionary<string, Func<PeerRequest, CancellationToken, ValueTask<PeerAnswer?>>> Answers { get; } = new()
    {
        [PeerCommands.Ping] = static (_, _) => new(new PeerAnswer.Fields(PingAnswer.Pong)),
    };

    public ConcurrentQueue<string> Asked { get; } = new();

    public PeerAsker? Asker { get; private set; }

    public IPeerRequests For(PeerAsker asker)
    {
        Asker = asker;
        return this;
    }

    public void Says(string command, PeerAnswer answer) => Answers[command] = (_, _) => new(answer);

    /// <summary>Gives the connection away.</summary>
    public void HandsOver(string command, Func<PeerStream, CancellationToken, Task> use) =>
        Says(command, new PeerAnswer.Handover(new OkAnswer("yours"), (stream, token) => use((PeerStream)stream, token)));

    public ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{request.Command} {request.RequestId}");
        return Answers.TryGetValue(request.Command, out var answer) ? answer(request, cancellationToken) : new((PeerAnswer?)null);
    }
}
