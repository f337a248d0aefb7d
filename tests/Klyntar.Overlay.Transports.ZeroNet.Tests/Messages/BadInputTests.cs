using System.Buffers;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class BadInputTests
{
    private static readonly MessageLimits Limits = MessageLimits.Default;

    public static TheoryData<string, string> Numbers => new()
    {
        { "ff", nameof(MessageViolation.NegativeNumber) },
        { "d0ff", nameof(MessageViolation.NegativeNumber) },
        { "d38000000000000000", nameof(MessageViolation.NegativeNumber) },
        { "cb3ff0000000000000", nameof(MessageViolation.NotAnInteger) },
        { "cb7ff8000000000000", nameof(MessageViolation.NotAnInteger) },
        { "ca3f800000", nameof(MessageViolation.NotAnInteger) },
        { "cf8000000000000000", nameof(MessageViolation.NumberTooLarge) },
        { "cfffffffffffffffff", nameof(MessageViolation.NumberTooLarge) },
        { "d37fffffffffffffff", nameof(MessageViolation.NumberTooLarge) },
        { "a131", nameof(MessageViolation.WrongType) },
        { "c3", nameof(MessageViolation.WrongType) },
        { "c0", nameof(MessageViolation.WrongType) },
        { "9101", nameof(MessageViolation.WrongType) },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Where_a_whole_number_is_due_nothing_else_is_taken(string hex, string violation)
    {
        byte[] value = Convert.FromHexString(hex);
        $"{Fault([.. Bytes("\u0083\u00a3cmd\u00a8response\u00a2to\u0001\u00acstream_bytes"), .. value])}".Should().Be(violation);
        $"{Fault([.. Bytes("\u0082\u00a3cmd\u00a8response\u00a2to"), .. value])}".Should().Be(violation);
        $"{Fault([.. Bytes("\u0083\u00a3cmd\u00a4ping\u00a6params\u0080\u00a6req_id"), .. value])}".Should().Be(violation);

        PeerRequest request = Received.One<PeerRequest>((byte[])[.. Bytes("\u0083\u00a3cmd\u00a9checkport\u00a6req_id\u0001\u00a6params\u0081\u00a4port"), .. value]);
        CheckPortParams.Read(request, Limits, out MessageViolation? port).Should().BeNull();
        $"{port}".Should().Be(violation);
    }

    [Theory]
    [InlineData("ce00a00000", "")]
    [InlineData("d200a00000", "")]
    [InlineData("ce00a00001", nameof(MessageViolation.NumberTooLarge))]
    [InlineData("d200a00001", nameof(MessageViolation.NumberTooLarge))]
    public void No_more_raw_bytes_are_announced_than_a_site_has(string hex, string violation) =>
        $"{Fault([.. Bytes("\u0083\u00a3cmd\u00a8response\u00a2to\u0001\u00acstream_bytes"), .. Convert.FromHexString(hex)])}".Should().Be(violation);

    [Fact]
    public void A_port_beyond_16_bits_is_none()
    {
        CheckPortParams.Read(Written.Params("checkport", "port", static (ref MessagePackWriter writer) => writer.Write(65536)), Limits, out MessageViolation? violation).Should().BeNull();
        violation.Should().Be(MessageViolation.NumberTooLarge);
    }

    [Theory]
    [InlineData("80")]
    [InlineData("81a3636d64a470696e67")]
    [InlineData("82a3636d64a470696e67a2746f01")]
    [InlineData("82a3636d64a8726573706f6e7365a67265715f696401")]
    public void A_message_that_belongs_to_nothing_is_none(string hex) => Fault(Convert.FromHexString(hex)).Should().Be(MessageViolation.MissingField);

    [Fact]
    public void Params_may_be_nil_or_left_out_and_then_a_handshake_lacks_its_port()
    {
        foreach (string text in (string[])["\u0083\u00a3cmd\u00a9handshake\u00a6req_id\u0000\u00a6params\u00c0", "\u0082\u00a3cmd\u00a9handshake\u00a6req_id\u0000", "\u0083\u00a3cmd\u00a9handshake\u00a6req_id\u0000\u00a6params\u0080"])
        {
            Handshake.Read(Received.One<PeerRequest>(Bytes(text)), Limits, out MessageViolation? violation).Should().BeNull();
            violation.Should().Be(MessageViolation.MissingField);
        }

        Fault(Bytes("\u0083\u00a3cmd\u00a9handshake\u00a6req_id\u0000\u00a6params\u0090")).Should().Be(MessageViolation.WrongType);
    }

    [Fact]
    public void The_least_handshake_is_a_port()
    {
        PeerRequest request = Written.Params("handshake", "fileserver_port", static (ref MessagePackWriter writer) => writer.Write(15441));
        Handshake handshake = Handshake.Read(request, Limits, out _)!;
        handshake.FileServerPort.Should().Be(15441);
        (handshake.Version, handshake.IsPortOpen, handshake.UsesBinType, handshake.Crypt).Should().Be((null, null, false, null));
    }

    [Fact]
    public void Bytes_are_taken_for_text_and_text_for_bytes()
    {
        // As nodes without use_bin_type write it, names of fields too.
        PeerRequest request = Received.One<PeerRequest>(Bytes("\u0083\u00c4\u0003cmd\u00c4\u0007getFile\u00a6req_id\u0001\u00a6params\u0082\u00c4\u0004site\u00c4\u00021A\u00aainner_path\u00a1p"));
        FileParams.Read(request, Limits, out _).Should().Be(new FileParams(false, "1A", "p", 0, null, null));
        PingAnswer.Read(Received.One<PeerResponse>(Bytes("\u0083\u00a4body\u00a5Pong!\u00a3cmd\u00a8response\u00a2to\u0001")), Limits, out _)!.Body.ToArray().Should().Equal("Pong!"u8.ToArray());
    }

    [Fact]
    public void A_file_whose_size_the_asker_does_not_know_has_nil_for_it()
    {
        PeerRequest request = Received.One<PeerRequest>(Bytes("\u0083\u00a3cmd\u00aastreamFile\u00a6req_id\u0001\u00a6params\u0083\u00a4site\u00a21A\u00aainner_path\u00a1p\u00a9file_size\u00c0"));
        FileParams.Read(request, Limits, out _).Should().Be(new FileParams(true, "1A", "p", 0, null, null));
    }

    [Theory]
    [InlineData("cb409f400000000000", 2000, "")]
    [InlineData("cb409f43999999999a", 2000, "")]
    [InlineData("ca3f000000", 0, "")]
    [InlineData("cb8000000000000000", 0, "")]
    [InlineData("cb433fffffffffffff", 9_007_199_254_740_991, "")]
    [InlineData("cb4340000000000000", 0, nameof(MessageViolation.NumberTooLarge))]
    [InlineData("cb7ff0000000000000", 0, nameof(MessageViolation.NumberTooLarge))]
    [InlineData("cb7ff8000000000000", 0, nameof(MessageViolation.NotAnInteger))]
    [InlineData("cbbff0000000000000", 0, nameof(MessageViolation.NegativeNumber))]
    [InlineData("ff", 0, nameof(MessageViolation.NegativeNumber))]
    [InlineData("c0", 0, nameof(MessageViolation.WrongType))]
    public void A_time_since_when_may_be_a_fraction_of_a_second(string hex, long since, string violation)
    {
        PeerRequest request = Received.One<PeerRequest>((byte[])[.. Bytes("\u0083\u00a3cmd\u00aclistModified\u00a6req_id\u0001\u00a6params\u0082\u00a4site\u00a21A\u00a5since"), .. Convert.FromHexString(hex)]);
        ListModifiedParams? read = ListModifiedParams.Read(request, Limits, out MessageViolation? fault);
        ($"{fault}", read?.Since ?? 0).Should().Be((violation, since));
    }

    [Theory]
    [InlineData("c0", "")]
    [InlineData("c2", "")]
    [InlineData("a161", "a")]
    [InlineData("c3", null)]
    [InlineData("01", null)]
    public void An_onion_that_a_node_does_not_have_is_nil_or_false(string hex, string? onion)
    {
        byte[] value = Convert.FromHexString(hex);
        PeerRequest greeting = Received.One<PeerRequest>((byte[])[.. Bytes("\u0083\u00a3cmd\u00a9handshake\u00a6req_id\u0000\u00a6params\u0082\u00affileserver_port\u0005\u00a5onion"), .. value]);
        Handshake? said = Handshake.Read(greeting, Limits, out MessageViolation? fault);
        (said is null ? null : said.Onion ?? "").Should().Be(onion);
        fault.Should().Be(onion is null ? MessageViolation.WrongType : null);

        PeerRequest telling = Received.One<PeerRequest>((byte[])[.. Bytes("\u0083\u00a3cmd\u00a8announce\u00a6req_id\u0001\u00a6params\u0083\u00a6hashes\u0090\u00a4port\u0005\u00a6onions\u0092\u00a1b"), .. value]);
        (AnnounceParams.Read(telling, Limits, out fault)?.Onions.ToArray()).Should().Equal(onion is null ? null : ["b", onion]);
        fault.Should().Be(onion is null ? MessageViolation.WrongType : null);
    }

    [Fact]
    public void A_text_is_utf8_and_no_longer_than_the_cap()
    {
        Read([0xff]).Should().Be(MessageViolation.NotText);
        Read([0xed, 0xa0, 0x80]).Should().Be(MessageViolation.NotText);
        Read([.. Enumerable.Repeat((byte)'a', Limits.Text)]).Should().BeNull();
        Read([.. Enumerable.Repeat((byte)'a', Limits.Text + 1)]).Should().Be(MessageViolation.TextTooLong);

        MessageViolation? Read(byte[] site)
        {
            GetHashfieldParams.Read(Written.Params("getHashfield", "site", (ref MessagePackWriter writer) => writer.WriteString(site)), Limits, out MessageViolation? violation);
            return violation;
        }
    }

    [Fact]
    public void Of_a_key_that_stands_twice_the_last_value_counts()
    {
        PeerRequest request = Received.One<PeerRequest>(Bytes("\u0086\u00a3cmd\u00a3pex\u00a6req_id\u0001\u00a3cmd\u00a4ping\u00a6req_id\u0002\u00a6params\u0080\u00a6params\u0081\u0001\u0002"));
        (request.Command, request.RequestId).Should().Be(("ping", 2));
        request.Fields.ToArray().Should().Equal(0x81, 1, 2);
        Fault(Bytes("\u0084\u00a3cmd\u00a4ping\u00a6params\u0080\u00a6req_id\u00ff\u00a6req_id\u0002")).Should().Be(MessageViolation.NegativeNumber);
    }

    [Fact]
    public void Keys_that_nobody_knows_are_skipped_whatever_they_are()
    {
        PeerRequest request = Received.One<PeerRequest>(Bytes("\u0087\u00a3cmd\u00a4ping\u00a6req_id\u0001\u0001\u0002\u00c0\u0093\u0001\u0002\u0003\u0091\u00a1x\u0081\u00a1y\u0080\u00a3new\u00cb\u003f\u00f0\u0000\u0000\u0000\u0000\u0000\u0000\u00c3\u00c2"));
        request.Command.Should().Be("ping");
    }

    [Fact]
    public void Lists_are_capped()
    {
        PeerRequest request = Written.Params("pex", "peers", (ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(Limits.Entries + 1);
            for (int i = 0; i <= Limits.Entries; i++)
            {
                writer.Write(0);
            }
        });
        PexParams.Read(request, Limits, out MessageViolation? violation).Should().BeNull();
        violation.Should().Be(MessageViolation.TooManyEntries);
    }

    [Fact]
    public void Peers_of_other_lengths_are_left_out_and_entries_that_are_no_bytes_are_a_fault()
    {
        PeerRequest request = Received.One<PeerRequest>(Bytes("\u0083\u00a3cmd\u00a3pex\u00a6req_id\u0001\u00a6params\u0082\u00a4site\u00a1s\u00a5peers\u0093\u00c4\u0005abcde\u00a6\u0001\u0001\u0001\u0001\u0050\u0000\u00c4\u0000"));
        PexParams.Read(request, Limits, out _)!.Peers.Should().Equal(new PackedPeer(PeerAddressKind.IPv4, "1.1.1.1", 80));

        PexParams.Read(Received.One<PeerRequest>(Bytes("\u0083\u00a3cmd\u00a3pex\u00a6req_id\u0001\u00a6params\u0082\u00a4site\u00a1s\u00a5peers\u0091\u0005")), Limits, out MessageViolation? violation).Should().BeNull();
        violation.Should().Be(MessageViolation.WrongType);
    }

    [Fact]
    public void A_hashfield_is_made_of_pairs_of_bytes_and_a_sites_hash_of_32()
    {
        HashfieldAnswer.Read(Received.One<PeerResponse>(Bytes("\u0083\u00adhashfield_raw\u00c4\u0003abc\u00a3cmd\u00a8response\u00a2to\u0001")), Limits, out MessageViolation? hashfield).Should().BeNull();
        hashfield.Should().Be(MessageViolation.WrongLength);

        AnnounceParams.Read(Written.Params("announce", "hashes", static (ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write((ReadOnlySpan<byte>)new byte[20]);
        }), Limits, out MessageViolation? announce).Should().BeNull();
        announce.Should().Be(MessageViolation.WrongLength);
    }

    // Each character is a byte.
    private static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static MessageViolation? Fault(byte[] bytes)
    {
        MessageReader reader = new(Limits);
        ReadOnlySequence<byte> input = new(bytes);
        reader.Read(ref input);
        return reader.Violation;
    }
}
