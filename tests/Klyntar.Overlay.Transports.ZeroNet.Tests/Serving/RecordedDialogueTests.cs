using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A gateway that has the site of the recorded dialogue gives the real node's answers, byte for byte.</summary>
public sealed class RecordedDialogueTests : IDisposable
{
    private const int FirstAfterHandshakes = 3;
    private const int Dialogue = 1_795_392_288;

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Dialogue));

    public static TheoryData<int> Places => [.. Enumerable.Range(FirstAfterHandshakes, DialogueVectors.Requests.Count - FirstAfterHandshakes)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Each_request_is_answered_as_the_real_node_answered_it(int place)
    {
        ReadOnlyMemory<byte> content = FileAnswer.Read(Received.One<PeerResponse>(DialogueVectors.Answers.Single(static hex => hex.Contains("a4626f6479c502a8", StringComparison.Ordinal))), MessageLimits.Default, out _)!.Body;
        SiteShelf shelf = new(_folder.Of("sites"), _clock, NullLogger.Instance);
        ZeroNetAddress.TryParse(DialogueVectors.Site, out ZeroNetAddress? site, out _).Should().BeTrue();
        shelf.Keep(site!, SiteKind.Followed).Should().BeNull();
        shelf.Take(site!, content).Should().Be(SiteTaking.Current, "a site of others has no end points");
        RequestServices services = new()
        {
            Shelf = shelf,
            Peers = new SitePeers(_folder.Of("peers"), allowPrivate: false, _clock, new Random(1), NullLogger.Instance),
            ReachesAsync = static (address, port, _) => ValueTask.FromResult(address.Equals(IPAddress.Loopback) && port == 26001),
            HasNewer = static (_, _) => { },
        };
        PeerAsker asker = new(IPAddress.Loopback) { Handshake = Handshake.Read(Received.One<PeerRequest>(DialogueVectors.Requests[0]), MessageLimits.Default, out _) };
        PeerRequest request = Received.One<PeerRequest>(DialogueVectors.Requests[place]);

        PeerAnswer? answer = await new SiteRequests(asker, services).AnswerAsync(request, TestContext.Current.CancellationToken);

        byte[] written = answer switch
        {
            PeerAnswer.Fields fields => Written.Answer(request.RequestId, fields.Body),
            PeerAnswer.Failure failure => Written.Failure(request.RequestId, failure.Error),
            PeerAnswer.Stream stream => Written.Answer(request.RequestId, stream.Head),

            // What the connection answers to a command that is not known.
            _ => Written.Failure(request.RequestId, $"Unknown command: {request.Command}"),
        };
        Convert.ToHexStringLower(written).Should().Be(DialogueVectors.Answers[place]);
        if (answer is PeerAnswer.Stream { Bytes: var bytes })
        {
            bytes.ToArray().Should().Equal(content.ToArray());
        }
    }
}
