using System.Buffers;
using System.Diagnostics;
using Klyntar.Overlay.Tests;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class FrameScannerTests
{
    [Theory]
    [InlineData("80", 1)]
    [InlineData("8000", 1)]
    [InlineData("de0000", 3)]
    [InlineData("df00000000", 5)]
    [InlineData("81a161c0", 4)]
    [InlineData("81a1619181a162c2a3", 8)]
    [InlineData("82a16190a16280", 7)]
    [InlineData("81a161c403010203", 8)]
    [InlineData("81a161cb3ff0000000000000", 12)]
    [InlineData("8101dc0002ccffd1ffff", 10)]
    public void The_end_of_a_map_is_found_whatever_follows(string hex, int length)
    {
        foreach (int part in (int[])[1, 2, 100])
        {
            new FrameScanner { Limits = MessageLimits.Default }.Scan(Segments.Of(Convert.FromHexString(hex), part)).Should().Be(length);
        }
    }

    [Theory]
    [InlineData("05")]
    [InlineData("c0")]
    [InlineData("93010203")]
    [InlineData("a3616263")]
    [InlineData("c1")]
    [InlineData("1603010200")]
    [InlineData("474554202f")]
    public void What_begins_with_no_map_is_known_by_its_first_byte(string hex) => Fault(Convert.FromHexString(hex)[..1]).Should().Be(MessageViolation.NotAMap);

    [Theory]
    [InlineData("81c1", nameof(MessageViolation.ReservedByte))]
    [InlineData("81a161c1", nameof(MessageViolation.ReservedByte))]
    [InlineData("81a161c7", nameof(MessageViolation.ExtensionType))]
    [InlineData("81a161d6ff00000000", nameof(MessageViolation.ExtensionType))]
    [InlineData("81a161dbffffffff", nameof(MessageViolation.FrameTooLong))]
    [InlineData("81a161c6ffffffff", nameof(MessageViolation.FrameTooLong))]
    [InlineData("81a161ddffffffff", nameof(MessageViolation.FrameTooLong))]
    [InlineData("dfffffffff", nameof(MessageViolation.FrameTooLong))]
    [InlineData("81a161dd00200000", nameof(MessageViolation.TooManyValues))]
    public void A_fault_is_told_by_the_header_that_has_it(string hex, string violation)
    {
        foreach (int part in (int[])[1, 3, 100])
        {
            FaultInParts(Convert.FromHexString(hex), part, MessageLimits.Default).ToString().Should().Be(violation);
        }
    }

    [Fact]
    public void Depth_10_000_is_refused_at_the_33rd_level()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte[])[0x81, 0xa1, 0x61], 10_000).SelectMany(static b => b)];
        Fault(bytes).Should().Be(MessageViolation.TooDeep);
        Fault(bytes[..(3 * 32)]).Should().BeNull();
        Fault(bytes[..((3 * 32) + 1)]).Should().Be(MessageViolation.TooDeep);
        Fault([0x81, 0x01, .. Enumerable.Repeat((byte)0x91, 10_000)]).Should().Be(MessageViolation.TooDeep);
    }

    [Fact]
    public void A_message_of_the_longest_length_is_taken_and_one_byte_more_is_not()
    {
        MessageLimits limits = new() { Frame = 40 };
        foreach (int part in (int[])[1, 7, 100])
        {
            FaultInParts([0x81, 0xa1, 0x61, 0xd9, 35, .. new byte[35]], part, limits).Should().BeNull();
            FaultInParts([0x81, 0xa1, 0x61, 0xd9, 36, .. new byte[36]], part, limits).Should().Be(MessageViolation.FrameTooLong);
            FaultInParts([0x82, 0xa1, 0x61, 0xd9, 34, .. new byte[34], 0x01], part, limits).Should().Be(MessageViolation.FrameTooLong);
        }
    }

    [Fact]
    public void Empty_containers_cost_values_too()
    {
        MessageLimits limits = new() { Values = 10 };
        FaultInParts([0x81, 0x01, 0x98, .. Enumerable.Repeat((byte)0x90, 8)], 1, limits).Should().BeNull();
        FaultInParts([0x81, 0x01, 0x99, .. Enumerable.Repeat((byte)0x90, 9)], 1, limits).Should().Be(MessageViolation.TooManyValues);
    }

    [Fact]
    public void A_message_of_5_MiB_in_parts_of_a_kibibyte_is_gone_through_once_and_costs_no_memory()
    {
        // Values of one byte, so that there is something to go through in each part.
        const int count = 5_000_000;
        byte[] bytes = [0x81, 0x01, .. Written.Values(static (ref MessagePackWriter writer) => writer.WriteArrayHeader(count)), .. new byte[count]];
        ReadOnlySequence<byte> whole = new(bytes);

        long started = Stopwatch.GetTimestamp();
        int length = 0;
        long allocated = Allocation.LeastOf(
            static () => new FrameScanner { Limits = MessageLimits.Default with { Values = count + 2 } },
            scanner =>
            {
                length = 0;
                for (int given = 1024; length == 0; given += 1024)
                {
                    length = scanner.Scan(whole.Slice(0, Math.Min(given, bytes.Length)));
                }
            });
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        length.Should().Be(bytes.Length);
        allocated.Should().BeLessThan(1024);

        // Going through from the start each time would be 12 thousand million steps, which take minutes.
        taken.Should().BeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Nothing_is_held_for_what_a_hostile_header_announces()
    {
        foreach (string hex in (string[])["81a161dbffffffff", "81a161c6004fff00", "81a161dd0001869d", "dfffffffff", "81a161ddffffffff"])
        {
            byte[] bytes = Convert.FromHexString(hex);
            ReadOnlySequence<byte> input = new(bytes);
            PeerMessage? message = null;
            long allocated = Allocation.LeastOf(static () => new MessageReader(MessageLimits.Default), reader => message = reader.Read(ref input));
            message.Should().BeNull();
            input.Length.Should().Be(bytes.Length);
            allocated.Should().BeLessThan(1024, hex);
        }
    }

    [Fact]
    public void Smaller_limits_hold_until_they_are_raised()
    {
        byte[] large = Written.Answer(1, new PingAnswer(new byte[100_000]));
        Received.Transcript(large, large.Length, MessageLimits.BeforeHandshake).Should().Be(nameof(MessageViolation.FrameTooLong));
        MessageReader reader = new(MessageLimits.BeforeHandshake);
        ReadOnlySequence<byte> input = new((byte[])[.. Written.Answer(0, PingAnswer.Pong), .. large]);
        reader.Read(ref input).Should().NotBeNull();
        reader.Limits = MessageLimits.Default;
        reader.Read(ref input).Should().NotBeNull();
    }

    private static MessageViolation? Fault(byte[] bytes) => FaultInParts(bytes, bytes.Length, MessageLimits.Default);

    private static MessageViolation? FaultInParts(byte[] bytes, int part, MessageLimits limits)
    {
        FrameScanner scanner = new() { Limits = limits };
        for (int given = Math.Min(part, bytes.Length); ; given = Math.Min(given + part, bytes.Length))
        {
            if (scanner.Scan(Segments.Of(bytes.AsMemory(0, given), part)) > 0 || scanner.Violation is not null || given == bytes.Length)
            {
                return scanner.Violation;
            }
        }
    }
}
