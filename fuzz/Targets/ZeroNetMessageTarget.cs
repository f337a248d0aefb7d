using System.Buffers;
using System.Globalization;
using System.Text;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What a ZeroNet peer sends. The first byte says whether small limits hold, which inputs reach sooner.</summary>
internal sealed class ZeroNetMessageTarget : IFuzzTarget
{
    private const int SmallLimitsBit = 1;

    private static readonly MessageLimits Small = new() { Frame = 128, Depth = 4, Values = 24, Text = 16, Entries = 3, StreamBytes = 40 };
    private static readonly MessageLimits Usual = MessageLimits.Default;

    private delegate T? Reading<T, TMessage>(TMessage message, MessageLimits limits, out MessageViolation? violation);

    public string Name => "zeronet-message";

    public int MaxLength => 8 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "\xa3\x63md", "\xa6req_id", "\xa6params", "\xa8response", "\xa2to", "\xa5\x65rror", "\xacstream_bytes", "\xa9handshake", "\xaf\x66ileserver_port", "\xabport_opened", "\xaf\x63rypt_supported", "\xa5\x63rypt", "\xa3rev",
        "\xa4ping", "\xa4\x62ody", "\xa7getFile", "\xaastreamFile", "\xa4site", "\xaainner_path", "\xa8location", "\xaaread_bytes", "\xa9\x66ile_size", "\xa4size", "\xa3pex", "\xa5peers", "\xaapeers_ipv6", "\xabpeers_onion",
        "\xa4need", "\xaclistModified", "\xa5since", "\xaemodified_files", "\xa6update", "\xa8modified", "\xa2ok", "\xacsetHashfield", "\xadhashfield_raw", "\xab\x66indHashIds", "\xa8hash_ids", "\xa2my", "\xa9\x63heckport",
        "\xa4port", "\xa6status", "\xabip_external", "\xabgetTrackers", "\xa8trackers", "\xa8\x61nnounce", "\xa6hashes", "\xa6onions", "\xaaneed_types", "\xabonion_signs", "\xafonion_sign_this", "\xa3ip4", "\xa5onion",
        "\xdb\xff\xff\xff\xff", "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xcf\x80\x00\x00\x00\x00\x00\x00\x00", "\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00", "\xc4\x06");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        MessageLimits limits = (input[0] & SmallLimitsBit) != 0 ? Small : Usual;
        Promise.IsSplitIndependent(input[1..], (bytes, split) => Decode(limits, bytes, split));
    }

    private static Outcome Decode(MessageLimits limits, byte[] input, IEnumerable<int> split)
    {
        MessageReader reader = new(limits);
        StringBuilder text = new();
        int given = 0;
        int taken = 0;
        foreach (int part in split)
        {
            given += part;
            ReadOnlySequence<byte> rest = new(input, taken, given - taken);
            Read(reader, limits, ref rest, text);
            taken = given - (int)rest.Length;
            if (reader.Violation is not null)
            {
                break;
            }

            Promise.Holds(given - taken <= limits.Frame);
        }

        return new Outcome(text.ToString(), reader.Violation, reader.RawBytes);
    }

    private static void Read(MessageReader reader, MessageLimits limits, ref ReadOnlySequence<byte> input, StringBuilder text)
    {
        while (true)
        {
            while (reader.RawBytes > 0)
            {
                int due = reader.RawBytes;
                ReadOnlySequence<byte> raw = reader.ReadRaw(ref input);
                Promise.Holds(reader.RawBytes == due - raw.Length && due <= limits.StreamBytes);
                if (raw.IsEmpty)
                {
                    return;
                }

                text.Append(Convert.ToHexString(raw.ToArray()));
            }

            long before = input.Length;
            if (reader.Read(ref input) is not { } message)
            {
                return;
            }

            Promise.Holds(before - input.Length <= limits.Frame && message.Fields.Length <= before - input.Length);
            switch (message)
            {
                case PeerRequest request:
                    text.Append(CultureInfo.InvariantCulture, $"\n{request.Command} {request.RequestId}");
                    ReadParams(request, limits, text);
                    break;
                case PeerResponse response:
                    text.Append(CultureInfo.InvariantCulture, $"\n{response.To} {response.Error} {response.StreamBytes}");
                    ReadAnswers(response, limits, text);
                    break;
            }
        }
    }

    private static void ReadParams(PeerRequest request, MessageLimits limits, StringBuilder text)
    {
        Check(request, limits, text, Handshake.Read);
        Check(request, limits, text, FileParams.Read);
        Check(request, limits, text, PexParams.Read);
        Check(request, limits, text, ListModifiedParams.Read);
        Check(request, limits, text, UpdateParams.Read);
        Check(request, limits, text, GetHashfieldParams.Read);
        Check(request, limits, text, SetHashfieldParams.Read);
        Check(request, limits, text, FindHashIdsParams.Read);
        Check(request, limits, text, CheckPortParams.Read);
        Check(request, limits, text, AnnounceParams.Read);
    }

    private static void ReadAnswers(PeerResponse response, MessageLimits limits, StringBuilder text)
    {
        Check(response, limits, text, Handshake.Read);
        Check(response, limits, text, PingAnswer.Read);
        Check(response, limits, text, FileAnswer.Read);
        Check(response, limits, text, StreamAnswer.Read);
        Check(response, limits, text, PexAnswer.Read);
        Check(response, limits, text, ListModifiedAnswer.Read);
        Check(response, limits, text, OkAnswer.Read);
        Check(response, limits, text, HashfieldAnswer.Read);
        Check(response, limits, text, FindHashIdsAnswer.Read);
        Check(response, limits, text, CheckPortAnswer.Read);
        Check(response, limits, text, TrackersAnswer.Read);
        Check(response, limits, text, AnnounceAnswer.Read);
    }

    // What was read is written, and that is read as the same again.
    private static void Check<T>(PeerRequest request, MessageLimits limits, StringBuilder text, Reading<T, PeerRequest> read)
        where T : class, IRequestBody
    {
        T? body = read(request, limits, out MessageViolation? violation);
        Promise.Holds(body is null == violation is not null);
        if (body is not null)
        {
            string written = Write(output => MessageWriter.WriteRequest(output, request.RequestId, body), out PeerMessage again);
            T? second = read((PeerRequest)again, Usual, out _);
            Promise.Holds(second is not null && written == Write(output => MessageWriter.WriteRequest(output, request.RequestId, second), out _));
            text.Append(written);
        }

        text.Append(violation);
    }

    private static void Check<T>(PeerResponse response, MessageLimits limits, StringBuilder text, Reading<T, PeerResponse> read)
        where T : class, IMessageBody
    {
        T? body = read(response, limits, out MessageViolation? violation);
        Promise.Holds(body is null == violation is not null);
        if (body is not null)
        {
            string written = Write(output => MessageWriter.WriteAnswer(output, response.To, body), out PeerMessage again);
            T? second = read((PeerResponse)again, Usual, out _);
            Promise.Holds(second is not null && written == Write(output => MessageWriter.WriteAnswer(output, response.To, second), out _));
            text.Append(written);
        }

        text.Append(violation);
    }

    private static string Write(Action<IBufferWriter<byte>> write, out PeerMessage again)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        ReadOnlySequence<byte> input = new(output.WrittenMemory);
        PeerMessage? read = new MessageReader(Usual).Read(ref input);
        Promise.Holds(read is not null && input.IsEmpty);
        again = read!;
        return Convert.ToHexString(output.WrittenSpan);
    }

    private sealed record Outcome(string Messages, MessageViolation? Violation, int RawBytes);
}
