using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using MessagePack;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A gateway that has the site of the recorded dialogue gives the real node's answers, byte for byte.</summary>
public sealed class RecordedDialogueTests : IDisposable
{
    private const int FirstAfterHandshakes = 3;
    private const int Dialogue = 1_795_392_288;

    // Where the dialogue's handshakes are.
    private static readonly Dictionary<PeerEncryption, int> Handshakes = new() { [PeerEncryption.None] = 0, [PeerEncryption.Upgrade] = 1, [PeerEncryption.Implicit] = 2 };

    private static readonly ReadOnlyMemory<byte> Content = FileAnswer.Read(Received.One<PeerResponse>(DialogueVectors.Answers.Single(static hex => hex.Contains("a4626f6479c502a8", StringComparison.Ordinal))), MessageLimits.Default, out _)!.Body;

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Dialogue));

    public static TheoryData<int> Places => [.. Enumerable.Range(FirstAfterHandshakes, DialogueVectors.Requests.Count - FirstAfterHandshakes)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Each_request_is_answered_as_the_real_node_answered_it(int place)
    {
        RequestServices services = Services();
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
            bytes.ToArray().Should().Equal(Content.ToArray());
        }
    }

    [Theory]
    [InlineData(nameof(PeerEncryption.None))]
    [InlineData(nameof(PeerEncryption.Upgrade))]
    [InlineData(nameof(PeerEncryption.Implicit))]
    public async Task A_client_that_says_what_was_recorded_hears_what_was_recorded(string form)
    {
        PeerEncryption encryption = Enum.Parse<PeerEncryption>(form);
        RequestServices services = Services();
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection node = PeerConnection.Accept(accepted, IPAddress.Loopback, asker => new SiteRequests(asker, services), Peers.Options() with
        {
            Self = new PeerSelf { Clock = _clock, FileServerPort = 26001, IsPortOpen = true, PeerId = "-UT3530-joHuSEdVPfTG" },
        });
        Stream client = new LegStream(dialled);
        if (encryption == PeerEncryption.Implicit)
        {
            client = await EncryptAsync(client);
        }

        // What a node is called and how new it is are its own.
        int handshake = Handshakes[encryption];
        await SendAsync(client, DialogueVectors.Requests[handshake]);
        var theirs = Handshake.Read(Received.One<PeerResponse>(DialogueVectors.Answers[handshake]), MessageLimits.Default, out _)!;
        var own = new PeerSelf { Clock = _clock }.Describe("", false, null);
        byte[] due = Written.Answer(0, theirs with { Version = own.Version, Revision = own.Revision, Time = own.Time });
        (await client.ExactlyAsync(due.Length)).Should().Equal(due);
        if (encryption == PeerEncryption.Upgrade)
        {
            client = await EncryptAsync(client);
        }

        for (int place = FirstAfterHandshakes; place < DialogueVectors.Requests.Count; place++)
        {
            await SendAsync(client, DialogueVectors.Requests[place]);
            string answer = DialogueVectors.Answers[place];
            Convert.ToHexStringLower(await client.ExactlyAsync(answer.Length / 2)).Should().Be(answer);
            if (DialogueVectors.Requests[place].Contains(Convert.ToHexStringLower("streamFile"u8), StringComparison.Ordinal))
            {
                (await client.ExactlyAsync(Content.Length)).Should().Equal(Content.ToArray());
            }
        }
    }

    [Theory]
    [InlineData(nameof(PeerEncryption.None))]
    [InlineData(nameof(PeerEncryption.Upgrade))]
    [InlineData(nameof(PeerEncryption.Implicit))]
    public async Task A_node_that_says_what_was_recorded_is_understood_and_hears_what_was_recorded(string form)
    {
        PeerEncryption encryption = Enum.Parse<PeerEncryption>(form);
        int handshake = Handshakes[encryption];
        long time = Handshake.Read(Received.One<PeerRequest>(DialogueVectors.Requests[handshake]), MessageLimits.Default, out _)!.Time;
        _clock.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(time));
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        Task<PeerConnection> opening = PeerConnection.OpenAsync(dialled, new PeerDial(encryption, "127.0.0.1"), new AnsweringPeer().For, Peers.Options() with
        {
            Self = new PeerSelf { Clock = _clock, IsPortOpen = false, PeerId = "-UT3530-klyntartest1" },
        }, TestContext.Current.CancellationToken);
        Stream node = new LegStream(accepted);
        if (encryption == PeerEncryption.Implicit)
        {
            node = await AcceptTlsAsync(node);
        }

        await HearAsync(node, handshake);
        await SendAsync(node, DialogueVectors.Answers[handshake]);
        if (encryption == PeerEncryption.Upgrade)
        {
            node = await AcceptTlsAsync(node);
        }

        await using PeerConnection client = await opening.Soon();
        client.Remote.Should().BeEquivalentTo(Handshake.Read(Received.One<PeerResponse>(DialogueVectors.Answers[handshake]), MessageLimits.Default, out _));
        for (int place = FirstAfterHandshakes; place < DialogueVectors.Requests.Count; place++)
        {
            PeerRequest request = Received.One<PeerRequest>(DialogueVectors.Requests[place]);
            if (request.Command == PeerCommands.StreamFile)
            {
                Task<PeerFilePart> fetching = client.AskForFileAsync(FileParams.Read(request, MessageLimits.Default, out _)!, TestContext.Current.CancellationToken);
                await HearAsync(node, place);
                await SendAsync(node, DialogueVectors.Answers[place]);
                await node.WriteAsync(Content, TestContext.Current.CancellationToken);
                (await fetching.Soon()).Bytes.ToArray().Should().Equal(Content.ToArray());
                continue;
            }

            Task<PeerResponse> asking = client.AskAsync(new RecordedRequest(request), TestContext.Current.CancellationToken);
            await HearAsync(node, place);
            await SendAsync(node, DialogueVectors.Answers[place]);
            PeerResponse heard = await asking.Soon();
            PeerResponse said = Received.One<PeerResponse>(DialogueVectors.Answers[place]);
            (heard.To, heard.Error, Convert.ToHexString(heard.Fields.Span)).Should().Be((said.To, said.Error, Convert.ToHexString(said.Fields.Span)));
        }
    }

    private static Task SendAsync(Stream stream, string hex) => stream.WriteAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken).AsTask().Soon();

    private static async Task HearAsync(Stream node, int place) =>
        Convert.ToHexStringLower(await node.ExactlyAsync(DialogueVectors.Requests[place].Length / 2)).Should().Be(DialogueVectors.Requests[place]);

    private static async Task<Stream> EncryptAsync(Stream clear)
    {
        SslStream tls = new(clear);
        await tls.AuthenticateAsClientAsync(PeerTls.Client(static (_, shown, _, _) => SHA256.HashData(shown!.GetRawCertData()).AsSpan().SequenceEqual(Peers.Certificate.Sha256.AsSpan())), TestContext.Current.CancellationToken).Soon();
        return tls;
    }

    private static async Task<Stream> AcceptTlsAsync(Stream clear)
    {
        SslStream tls = new(clear);
        await tls.AuthenticateAsServerAsync(PeerTls.Server(Peers.Certificate), TestContext.Current.CancellationToken).Soon();
        return tls;
    }

    private RequestServices Services()
    {
        SiteShelf shelf = new(_folder.Of("sites"), _clock, NullLogger.Instance);
        ZeroNetAddress.TryParse(DialogueVectors.Site, out ZeroNetAddress? site, out _).Should().BeTrue();
        shelf.Keep(site!, SiteKind.Followed).Should().BeNull();
        shelf.Take(site!, Content).Should().Be(SiteTaking.Current, "a site of others has no end points");
        return new RequestServices
        {
            Shelf = shelf,
            Peers = new SitePeers(_folder.Of("peers"), allowPrivate: false, _clock, new Random(1), NullLogger.Instance),
            ReachesAsync = static (address, port, _) => ValueTask.FromResult(address.Equals(IPAddress.Loopback) && port == 26001),
            HasNewer = static (_, _) => { },
        };
    }

    // The params of a recorded request, as they came.
    private sealed record RecordedRequest(PeerRequest Request) : IRequestBody
    {
        public string Command => Request.Command;

        public int FieldCount
        {
            get
            {
                MessagePackReader reader = new(Request.Fields);
                return reader.ReadMapHeader();
            }
        }

        public void WriteFields(ref MessagePackWriter writer)
        {
            MessagePackReader reader = new(Request.Fields);
            reader.ReadMapHeader();
            writer.WriteRaw(Request.Fields.Span[(int)reader.Consumed..]);
        }
    }
}
