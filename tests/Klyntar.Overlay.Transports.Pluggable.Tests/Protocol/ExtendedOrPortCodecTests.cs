using System.Net;
using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>The extended ORPort: tor's ext-orport-spec.</summary>
public sealed class ExtendedOrPortCodecTests
{
    private static readonly byte[] Cookie = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] ServerNonce = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
    private static readonly byte[] ClientNonce = [.. Enumerable.Range(200, 32).Select(i => (byte)i)];

    [Fact]
    public void Both_sides_prove_that_they_know_the_cookie_and_the_visitor_is_told()
    {
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);
        codec.TakeOutput().Should().Equal(1, 0);
        codec.Advance([1, .. ClientNonce]).Should().Be(33);
        codec.TakeOutput().Should().Equal([.. Hash("ExtORPort authentication server-to-client hash"), .. ServerNonce]);
        codec.Advance(Proof).Should().Be(32);
        codec.TakeOutput().Should().Equal(1);
        byte[] visitor = [.. Message(1, "192.0.2.9:1234"), .. Message(2, "obfs4"), .. Message(0x99, "new things"), .. Message(0, "")];
        codec.Advance([.. visitor, .. "first bytes"u8]).Should().Be(visitor.Length);

        codec.IsDone.Should().BeTrue();
        codec.Violation.Should().BeNull();
        codec.UserAddress.Should().Be(IPEndPoint.Parse("192.0.2.9:1234"));
        codec.Method.Should().Be("obfs4");
        codec.TakeOutput().Should().BeEmpty();
    }

    [Fact]
    public void The_cookies_file_is_as_the_specification_has_it() =>
        Encoding.Latin1.GetString(ExtendedOrPortCodec.CookieFile([0x41, 0x42])).Should().Be("! Extended ORPort Auth Cookie !\nAB");

    [Fact]
    public void Who_does_not_know_the_cookie_is_told_so_and_heard_no_more()
    {
        byte[] wrong = Proof;
        wrong[31] ^= 1;
        byte[] input = [1, .. ClientNonce, .. wrong, .. Message(0, "")];
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);

        codec.Advance(input).Should().Be(65);
        codec.Violation.Should().Be("does not know the cookie");
        codec.IsDone.Should().BeFalse();
        codec.TakeOutput()[^1].Should().Be(0);
    }

    [Fact]
    public void Our_own_proof_played_back_is_none()
    {
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);
        codec.Advance([1, .. ClientNonce]);
        byte[] ours = codec.TakeOutput()[2..34];

        codec.Advance(ours);
        codec.Violation.Should().NotBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_type_of_authentication_that_was_not_offered_is_refused(byte type)
    {
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);
        codec.Advance([type, 1, 2, 3]).Should().Be(1);

        codec.Violation.Should().Contain("not offered");
    }

    [Fact]
    public void What_is_said_of_a_visitor_has_an_end()
    {
        Authenticated([.. Message(1, new string('x', 257))]).Violation.Should().Contain("more than 256 bytes");
        Authenticated([.. Enumerable.Repeat(Message(9, ""), 33).SelectMany(m => m)]).Violation.Should().Contain("more than 32 things");
        Authenticated([.. Message(1, "not an address"), .. Message(0, "")]).UserAddress.Should().BeNull();
    }

    [Fact]
    public void Any_bytes_in_any_split_neither_throw_nor_change_the_outcome()
    {
        byte[] whole = [1, .. ClientNonce, .. Proof, .. Message(1, "192.0.2.9:1"), .. Message(0, ""), 7, 7];
        Gen<byte[]> mutated = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, (at, b) =>
        {
            byte[] bytes = [.. whole];
            bytes[at] = b;
            return bytes;
        });
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 200], mutated, Gen.Const(whole)), Gen.Int[1, 40]).Sample((bytes, part) =>
        {
            (string once, string parts) = (Play(bytes, bytes.Length), Play(bytes, part));
            return once == parts;
        });
    }

    private static byte[] Proof => Hash("ExtORPort authentication client-to-server hash");

    private static ExtendedOrPortCodec Authenticated(byte[] messages)
    {
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);
        codec.Advance([1, .. ClientNonce, .. Proof, .. messages]);
        return codec;
    }

    private static byte[] Hash(string purpose) => HMACSHA256.HashData(Cookie, (byte[])[.. Encoding.ASCII.GetBytes(purpose), .. ClientNonce, .. ServerNonce]);

    private static byte[] Message(int command, string body) => [(byte)(command >> 8), (byte)command, (byte)(body.Length >> 8), (byte)body.Length, .. Encoding.ASCII.GetBytes(body)];

    private static string Play(byte[] bytes, int part)
    {
        var codec = new ExtendedOrPortCodec(Cookie, ServerNonce);
        var output = new List<byte>();
        int consumed = 0;
        for (int given = 0; given < bytes.Length; given += part)
        {
            ReadOnlySpan<byte> piece = bytes.AsSpan(given, Math.Min(part, bytes.Length - given));
            int taken = codec.Advance(piece);
            consumed += taken;
            output.AddRange(codec.TakeOutput());
            if (taken < piece.Length)
            {
                break;
            }
        }

        return $"{consumed} {codec.IsDone} {codec.Violation} {codec.UserAddress} {codec.Method} {Convert.ToHexString([.. output])}";
    }
}
