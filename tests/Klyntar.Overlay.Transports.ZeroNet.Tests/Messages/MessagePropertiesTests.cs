using System.Collections.Immutable;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class MessagePropertiesTests
{
    private static readonly MessageLimits Limits = MessageLimits.Default;
    private static readonly byte[] Codes = [0x80, 0x81, 0x82, 0x91, 0xa1, 0xc0, 0xc1, 0xc4, 0xd9, 0xdb, 0xdd, 0xde, 0xff, 0x00, 0x01, 0xcb];
    private static readonly Gen<string> Texts = Gen.String[0, 40].Where(static text => !text.Any(char.IsSurrogate));
    private static readonly Gen<long> Numbers = Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, FieldReader.LargestNumber]);
    private static readonly Gen<int> Ports = Gen.Int[0, ushort.MaxValue];
    private static readonly Gen<ReadOnlyMemory<byte>> Bodies = Gen.Byte.Array[0, 70_000].Select(static body => new ReadOnlyMemory<byte>(body));
    private static readonly Gen<ReadOnlyMemory<byte>> Keys = Gen.Byte.Array[32].Select(static key => new ReadOnlyMemory<byte>(key));
    private static readonly Gen<ImmutableArray<string>> Lists = Texts.Array[0, 20].Select(ImmutableArray.Create);
    private static readonly Gen<ImmutableArray<int>> HashIds = Gen.Int[0, ushort.MaxValue].Array[0, 20].Select(ImmutableArray.Create);
    private static readonly Gen<ImmutableArray<ushort>> Hashfields = Gen.UShort.Array[0, 20].Select(ImmutableArray.Create);

    // Sorted by kind, as they are written.
    private static readonly Gen<ImmutableArray<PackedPeer>> Peers =
        Gen.OneOf(Gen.Byte.Array[6], Gen.Byte.Array[18], Gen.Byte.Array[37]).Select(static packed => PackedPeer.Unpack(packed)!.Value).Array[0, 12]
            .Select(static peers => peers.OrderBy(static peer => peer.Kind).ToImmutableArray());

    private static readonly Gen<Handshake> Handshakes =
        Gen.Select(
            Gen.Select(Texts.Null(), Texts.Null(), Texts.Null(), Texts.Null(), Texts.Null(), Texts.Null()),
            Gen.Select(Gen.Bool, Gen.Bool.Nullable(), Gen.Bool),
            Gen.Select(Ports, Numbers, Numbers, Lists),
            static (texts, flags, numbers) => new Handshake
            {
                Version = texts.Item1,
                Protocol = texts.Item2,
                PeerId = texts.Item3,
                TargetAddress = texts.Item4,
                Crypt = texts.Item5,
                Onion = texts.Item6,
                UsesBinType = flags.Item1,
                IsPortOpen = flags.Item2,
                IsTrackerConnection = flags.Item3,
                FileServerPort = numbers.Item1,
                Revision = numbers.Item2,
                Time = numbers.Item3,
                CryptSupported = numbers.Item4,
            });

    private static readonly Gen<AnnounceParams> Announcements =
        Gen.Select(
            Gen.Select(Keys.Array[0, 5], Lists, Lists, Lists),
            Gen.Select(Ports, Gen.Int[0, int.MaxValue], Gen.Bool),
            Gen.Select(Keys, Gen.Byte.Array[64]).Array[0, 4],
            Texts,
            static (lists, numbers, signatures, sign) => new AnnounceParams
            {
                Hashes = [.. lists.Item1],
                Onions = lists.Item2,
                NeedTypes = lists.Item3,
                Add = lists.Item4,
                Port = numbers.Item1,
                NeedCount = numbers.Item2,
                DeletesOthers = numbers.Item3,
                OnionSignatures = [.. signatures.Select(static pair => new OnionSignature(pair.Item1, pair.Item2))],
                OnionSignThis = signatures.Length == 0 ? null : sign,
            });

    private delegate T? Read<T, TMessage>(TMessage message, MessageLimits limits, out MessageViolation? violation);

    [Fact]
    public void Any_handshake_comes_back_as_it_was()
    {
        ComesBack(Handshakes, (PeerRequest message, MessageLimits limits, out MessageViolation? violation) => Handshake.Read(message, limits, out violation));
        ComesBack(Handshakes, (PeerResponse message, MessageLimits limits, out MessageViolation? violation) => Handshake.Read(message, limits, out violation));
    }

    [Fact]
    public void Any_request_comes_back_as_it_was()
    {
        ComesBack(Gen.Select(Gen.Bool, Texts, Texts, Numbers, Gen.Int[0, int.MaxValue].Nullable(), Numbers.Nullable(), static (a, b, c, d, e, f) => new FileParams(a, b, c, d, e, f)), FileParams.Read);
        ComesBack(Gen.Select(Texts, Peers, Gen.Int[0, 100], static (a, b, c) => new PexParams(a, [.. b.OrderBy(OnionsFirst)], c)), PexParams.Read);
        ComesBack(Gen.Select(Texts, Numbers, static (a, b) => new ListModifiedParams(a, b)), ListModifiedParams.Read);
        ComesBack(Gen.Select(Texts, Texts, Bodies, Numbers, static (a, b, c, d) => new UpdateParams(a, b, c, d)), UpdateParams.Read);
        ComesBack(Texts.Select(static a => new GetHashfieldParams(a)), GetHashfieldParams.Read);
        ComesBack(Gen.Select(Texts, Hashfields, static (a, b) => new SetHashfieldParams(a, b)), SetHashfieldParams.Read);
        ComesBack(Gen.Select(Texts, HashIds, static (a, b) => new FindHashIdsParams(a, b)), FindHashIdsParams.Read);
        ComesBack(Ports.Select(static a => new CheckPortParams(a)), CheckPortParams.Read);
        ComesBack(Announcements, AnnounceParams.Read);
    }

    [Fact]
    public void Any_answer_comes_back_as_it_was()
    {
        ComesBack(Bodies.Select(static a => new PingAnswer(a)), PingAnswer.Read);
        ComesBack(Gen.Select(Bodies, Numbers, Numbers, static (a, b, c) => new FileAnswer(a, b, c)), FileAnswer.Read);
        ComesBack(Gen.Select(Numbers, Numbers, Gen.Int[0, Limits.StreamBytes], static (a, b, c) => new StreamAnswer(a, b, c)), StreamAnswer.Read);
        ComesBack(Peers.Select(static a => new PexAnswer(a)), PexAnswer.Read);
        ComesBack(Gen.Dictionary(Texts, Numbers)[0, 20].Select(static a => new ListModifiedAnswer(a.ToImmutableDictionary())), ListModifiedAnswer.Read);
        ComesBack(Texts.Select(static a => new OkAnswer(a)), OkAnswer.Read);
        ComesBack(Hashfields.Select(static a => new HashfieldAnswer(a)), HashfieldAnswer.Read);
        ComesBack(Gen.Select(Texts, Texts.Null(), static (a, b) => new CheckPortAnswer(a, b)), CheckPortAnswer.Read);
        ComesBack(Lists.Select(static a => new TrackersAnswer(a)), TrackersAnswer.Read);
        ComesBack(Gen.Select(Peers.Array[1, 5], Texts.Null(), Gen.Bool, static (a, b, c) => new AnnounceAnswer([.. a], b, c)), AnnounceAnswer.Read);
    }

    [Fact]
    public void Any_finding_comes_back_in_entries_of_one_kind()
    {
        Gen<HashIdPeers> entries = Gen.Select(
            Gen.Int[0, ushort.MaxValue],
            Peers.Where(static peers => !peers.IsEmpty).Select(static peers => peers.Where(peer => peer.Kind == peers[0].Kind).ToImmutableArray()),
            static (id, peers) => new HashIdPeers(id, peers));

        Gen<FindHashIdsAnswer> answers = Gen.Select(entries.Array[0, 6], HashIds, static (found, my) => new FindHashIdsAnswer([.. found.OrderBy(static entry => OnionsFirst(entry.Peers[0]))], my));
        ComesBack(answers, FindHashIdsAnswer.Read);
    }

    [Fact]
    public void Any_refusal_comes_back_as_it_was() => Gen.Select(Numbers, Texts).Sample((to, error) =>
    {
        PeerResponse response = Received.One<PeerResponse>(Written.Failure(to, error));
        (response.To, response.Error).Should().Be((to, error));
    });

    [Fact]
    public void Any_bytes_in_any_split_give_the_same_outcome()
    {
        MessageLimits small = new() { Frame = 64, Depth = 3, Values = 12, Text = 12, Entries = 4, StreamBytes = 20 };
        byte[] fields = Convert.FromHexString(string.Concat(DialogueVectors.Requests.Skip(3).Concat(DialogueVectors.Answers.Skip(3))));
        Gen<byte[]> bytes = Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.Int[0, Codes.Length - 1].Select(static place => Codes[place]).Array[0, 60],
            Gen.Select(Gen.Int[0, fields.Length - 1], Gen.Byte, Gen.Int[0, 300], (place, value, length) =>
            {
                byte[] changed = [.. fields];
                changed[place] = value;
                return changed[Math.Max(0, place - length)..Math.Min(place + length, changed.Length)];
            }),
            Gen.Select(Gen.Int[0, fields.Length - 1], Gen.Byte, (place, value) =>
            {
                byte[] changed = [.. fields];
                changed[place] = value;
                return changed;
            }));
        Gen.Select(bytes, Gen.Int[1, 50], Gen.Bool).Sample((input, part, isSmall) =>
        {
            MessageLimits limits = isSmall ? small : Limits;
            Received.Transcript(input, part, limits).Should().Be(Received.Transcript(input, Math.Max(1, input.Length), limits));
        });
    }

    [Fact]
    public void Any_message_gives_each_command_a_result_or_a_named_violation()
    {
        byte[][] messages = [.. DialogueVectors.Requests.Concat(DialogueVectors.Answers).Select(Convert.FromHexString)];
        Gen<byte[]> changed = Gen.Select(Gen.Int[0, messages.Length - 1], Gen.Double.Unit, Gen.Byte, Gen.Int[0, Codes.Length - 1], Gen.Bool, (message, place, value, code, isCode) =>
        {
            byte[] bytes = [.. messages[message]];
            bytes[(int)(place * (bytes.Length - 1))] = isCode ? Codes[code] : value;
            return bytes;
        });
        changed.Sample(static bytes =>
        {
            System.Buffers.ReadOnlySequence<byte> input = new(bytes);
            switch (new MessageReader(Limits).Read(ref input))
            {
                case PeerRequest request:
                    IsJudged(request, Handshake.Read);
                    IsJudged(request, FileParams.Read);
                    IsJudged(request, PexParams.Read);
                    IsJudged(request, ListModifiedParams.Read);
                    IsJudged(request, UpdateParams.Read);
                    IsJudged(request, GetHashfieldParams.Read);
                    IsJudged(request, SetHashfieldParams.Read);
                    IsJudged(request, FindHashIdsParams.Read);
                    IsJudged(request, CheckPortParams.Read);
                    IsJudged(request, AnnounceParams.Read);
                    break;
                case PeerResponse response:
                    IsJudged(response, Handshake.Read);
                    IsJudged(response, PingAnswer.Read);
                    IsJudged(response, FileAnswer.Read);
                    IsJudged(response, StreamAnswer.Read);
                    IsJudged(response, PexAnswer.Read);
                    IsJudged(response, ListModifiedAnswer.Read);
                    IsJudged(response, OkAnswer.Read);
                    IsJudged(response, HashfieldAnswer.Read);
                    IsJudged(response, FindHashIdsAnswer.Read);
                    IsJudged(response, CheckPortAnswer.Read);
                    IsJudged(response, TrackersAnswer.Read);
                    IsJudged(response, AnnounceAnswer.Read);
                    break;
            }
        }, iter: 3000);
    }

    private static void IsJudged<T>(PeerRequest request, Read<T, PeerRequest> read)
        where T : class => (read(request, Limits, out MessageViolation? violation) is null).Should().Be(violation is not null);

    private static void IsJudged<T>(PeerResponse response, Read<T, PeerResponse> read)
        where T : class => (read(response, Limits, out MessageViolation? violation) is null).Should().Be(violation is not null);

    private static void ComesBack<T>(Gen<T> values, Read<T, PeerRequest> read)
        where T : class, IRequestBody => values.Sample(value =>
        {
            PeerRequest request = Received.One<PeerRequest>(Written.Request(7, value));
            (request.Command, request.RequestId).Should().Be((value.Command, 7));
            T? again = read(request, Limits, out MessageViolation? violation);
            violation.Should().BeNull();
            Written.Request(7, again!).Should().Equal(Written.Request(7, value));
            Shown(again!).Should().Be(Shown(value));
        }, iter: 200);

    private static void ComesBack<T>(Gen<T> values, Read<T, PeerResponse> read)
        where T : class, IMessageBody => values.Sample(value =>
        {
            PeerResponse response = Received.One<PeerResponse>(Written.Answer(7, value));
            response.To.Should().Be(7);
            T? again = read(response, Limits, out MessageViolation? violation);
            violation.Should().BeNull();
            Shown(again!).Should().Be(Shown(value));
        }, iter: 200);

    // A request of pex and an answer to findHashIds have IPv4, onions, IPv6.
    private static int OnionsFirst(PackedPeer peer) => peer.Kind switch
    {
        PeerAddressKind.IPv4 => 0,
        PeerAddressKind.Onion => 1,
        _ => 2,
    };

    // Records compare lists by reference; what is written down compares by what is in them.
    private static string Shown(object value) => System.Text.Json.JsonSerializer.Serialize(value, value.GetType());
}
