using System.Buffers;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class DialogueTests
{
    private static readonly MessageLimits Limits = MessageLimits.Default;

    public static TheoryData<int> Places => [.. Enumerable.Range(0, DialogueVectors.Requests.Count)];

    [Theory]
    [MemberData(nameof(Places))]
    public void What_was_read_of_a_real_request_is_written_as_it_came(int place)
    {
        PeerRequest request = Received.One<PeerRequest>(DialogueVectors.Requests[place]);
        IRequestBody? body = request.Command switch
        {
            PeerCommands.Handshake => Handshake.Read(request, Limits, out _),
            PeerCommands.Ping or PeerCommands.GetTrackers => new EmptyParams(request.Command),
            PeerCommands.GetFile or PeerCommands.StreamFile => FileParams.Read(request, Limits, out _),
            PeerCommands.Pex => PexParams.Read(request, Limits, out _),
            PeerCommands.ListModified => ListModifiedParams.Read(request, Limits, out _),
            PeerCommands.GetHashfield => GetHashfieldParams.Read(request, Limits, out _),
            PeerCommands.FindHashIds => FindHashIdsParams.Read(request, Limits, out _),
            PeerCommands.CheckPort => CheckPortParams.Read(request, Limits, out _),
            _ => null,
        };
        if (request.Command == "klyntarTunnel")
        {
            body.Should().BeNull();
            return;
        }

        Convert.ToHexStringLower(Written.Request(request.RequestId, body!)).Should().Be(DialogueVectors.Requests[place]);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void What_was_read_of_a_real_answer_is_written_as_it_came(int place)
    {
        PeerRequest request = Received.One<PeerRequest>(DialogueVectors.Requests[place]);
        PeerResponse response = Received.One<PeerResponse>(DialogueVectors.Answers[place]);
        response.To.Should().Be(request.RequestId);
        IMessageBody? body = request.Command switch
        {
            PeerCommands.Handshake => Handshake.Read(response, Limits, out _),
            PeerCommands.Ping => PingAnswer.Read(response, Limits, out _),
            PeerCommands.GetFile when response.Error is null => FileAnswer.Read(response, Limits, out _),
            PeerCommands.StreamFile => StreamAnswer.Read(response, Limits, out _),
            PeerCommands.Pex => PexAnswer.Read(response, Limits, out _),
            PeerCommands.ListModified => ListModifiedAnswer.Read(response, Limits, out _),
            PeerCommands.GetHashfield => HashfieldAnswer.Read(response, Limits, out _),
            PeerCommands.FindHashIds => FindHashIdsAnswer.Read(response, Limits, out _),
            PeerCommands.GetTrackers => TrackersAnswer.Read(response, Limits, out _),
            PeerCommands.CheckPort => CheckPortAnswer.Read(response, Limits, out _),
            _ => null,
        };
        byte[] written = response.Error is { } error ? Written.Failure(response.To, error) : Written.Answer(response.To, body!);
        Convert.ToHexStringLower(written).Should().Be(DialogueVectors.Answers[place]);
    }

    [Fact]
    public void A_real_nodes_handshake_tells_what_it_is()
    {
        Handshake handshake = Handshake.Read(Received.One<PeerResponse>(DialogueVectors.Answers[1]), Limits, out _)!;
        handshake.Should().BeEquivalentTo(new Handshake
        {
            Version = "conservancy",
            Protocol = "v2",
            UsesBinType = true,
            PeerId = "-UT3530-joHuSEdVPfTG",
            FileServerPort = 26001,
            IsPortOpen = true,
            TargetAddress = "127.0.0.1",
            Revision = 8192,
            CryptSupported = [Handshake.Tls],
            Crypt = Handshake.Tls,
            Time = 1795392289,
        });
    }

    [Fact]
    public void A_ping_and_its_answer_are_those_of_the_wire()
    {
        Convert.ToHexStringLower(Written.Request(1, EmptyParams.Ping)).Should().Be("83a3636d64a470696e67a67265715f696401a6706172616d7380");
        Convert.ToHexStringLower(Written.Answer(1, PingAnswer.Pong)).Should().Be("83a4626f6479c405506f6e6721a3636d64a8726573706f6e7365a2746f01");
    }

    [Fact]
    public void A_dialogue_is_the_same_in_parts_of_any_length()
    {
        foreach (IReadOnlyList<string> side in new[] { DialogueVectors.Requests, [.. DialogueVectors.Answers.Where(static hex => !hex.Contains(Convert.ToHexStringLower("stream_bytes"u8), StringComparison.Ordinal))] })
        {
            byte[] bytes = Convert.FromHexString(string.Concat(side));
            string whole = Received.Transcript(bytes, bytes.Length, Limits);
            whole.Split('\n').Should().HaveCount(side.Count + 1);
            for (int part = 1; part < 60; part++)
            {
                Received.Transcript(bytes, part, Limits).Should().Be(whole);
            }
        }
    }

    [Fact]
    public void Raw_bytes_after_an_answer_are_handed_on_and_the_next_message_follows_them()
    {
        byte[] raw = [.. Enumerable.Range(0, 680).Select(static i => (byte)i)];
        byte[] answer = Convert.FromHexString(DialogueVectors.Answers.Single(static hex => hex.Contains(Convert.ToHexStringLower("stream_bytes"u8), StringComparison.Ordinal)));
        byte[] bytes = [.. answer, .. raw, .. Written.Answer(5, PingAnswer.Pong)];
        MessageReader reader = new(Limits);
        ReadOnlySequence<byte> input = Segments.Of(bytes, 100);
        reader.Read(ref input).Should().BeOfType<PeerResponse>().Which.StreamBytes.Should().Be(680);

        Action early = () =>
        {
            ReadOnlySequence<byte> rest = input;
            reader.Read(ref rest);
        };
        early.Should().Throw<InvalidOperationException>();
        reader.ReadRaw(ref input).ToArray().Should().Equal(raw);
        reader.RawBytes.Should().Be(0);
        reader.ReadRaw(ref input).IsEmpty.Should().BeTrue();
        reader.Read(ref input).Should().BeOfType<PeerResponse>().Which.To.Should().Be(5);

        string whole = Received.Transcript(bytes, bytes.Length, Limits);
        Enumerable.Range(1, 40).Should().OnlyContain(part => Received.Transcript(bytes, part, Limits) == whole);
    }

    [Fact]
    public void Peers_that_are_exchanged_are_in_the_lists_of_their_kinds()
    {
        PackedPeer onion = new(PeerAddressKind.Onion, new string('a', 56) + ".onion", 15441);
        PexParams pex = new(DialogueVectors.Site, [PackedPeer.Of(IPAddress.Parse("192.0.2.1"), 26552), onion, PackedPeer.Of(IPAddress.IPv6Loopback, 1)], 5);
        PexParams read = PexParams.Read(Received.One<PeerRequest>(Written.Request(2, pex)), Limits, out _)!;
        read.Should().BeEquivalentTo(pex);
    }
}
