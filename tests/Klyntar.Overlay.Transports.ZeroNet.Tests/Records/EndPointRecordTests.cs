using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class EndPointRecordTests
{
    private const string Onion = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad.onion";
    private const string B32 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b32.i2p";

    private static readonly string Certificate = new('a', 64);

    private static EndPointRecord Whole => new()
    {
        EndPoints = [new(RecordedEndPointKind.Onion, Onion, 80, Certificate), new(RecordedEndPointKind.I2P, B32, 1, Certificate), new(RecordedEndPointKind.Tcp, "192.0.2.1", 65535, Certificate), new(RecordedEndPointKind.Tcp, "2001:db8::1", 443, Certificate)],
        Expires = 1_800_000_000,
    };

    [Fact]
    public void A_record_is_read_back_as_it_was_written_and_its_bytes_are_the_same_each_time()
    {
        EndPointRecord.Read(Whole.Write(), out string? why).Should().Be(Whole, why);
        Whole.Write().Should().Equal(Whole.Write());
        (Whole with { EndPoints = [] }).Write().Length.Should().BeLessThan(100);
    }

    [Fact]
    public void End_points_of_kinds_to_come_are_passed_over()
    {
        string text = Encoding.UTF8.GetString(Whole.Write()).Replace("\"i2p\"", "\"lokinet\"");
        EndPointRecord.Read(Encoding.UTF8.GetBytes(text), out _)!.EndPoints.Select(e => e.Kind).Should().Equal(RecordedEndPointKind.Onion, RecordedEndPointKind.Tcp, RecordedEndPointKind.Tcp);
    }

    [Theory]
    [InlineData("192.0.2.1", "127.1")]
    [InlineData("192.0.2.1", "node.example")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("192.0.2.1", "")]
    [InlineData(Onion, "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejda.onion")]
    [InlineData(Onion, "COEPMSG27YA5WCHDADPDYTB2CFD5CKVQLXTGTAFCIRE57IUWMZ5EJDAD.onion")]
    [InlineData(Onion, "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad.onion.example")]
    [InlineData(B32, "stats.i2p")]
    [InlineData("65535", "65536")]
    [InlineData("65535", "-1")]
    [InlineData("65535", "4294967297")]
    [InlineData("65535", "1.5")]
    [InlineData("65535", "\"80\"")]
    [InlineData("\"cert\"", "\"certificate\"")]
    [InlineData("\"kind\"", "\"kinds\"")]
    [InlineData("\"tcp\"", "7")]
    public void One_end_point_that_is_not_in_order_spoils_the_record(string part, string other) =>
        Refusal(Encoding.UTF8.GetString(Whole.Write()).Replace(part, other)).Should().Be("The end points of a site (klyntar-endpoints.json) are not taken: an end point is not in order.");

    [Theory]
    [InlineData("", "*no JSON*")]
    [InlineData("[]", "*of which version*")]
    [InlineData("""{"endpoints":[],"exp":1}""", "*of which version*")]
    [InlineData("""{"endpoints":[],"exp":1,"v":2}""", "*another version*")]
    [InlineData("""{"endpoints":[],"v":1}""", "*until when*")]
    [InlineData("""{"endpoints":[],"exp":-1,"v":1}""", "*until when*")]
    [InlineData("""{"endpoints":[],"exp":1e99,"v":1}""", "*until when*")]
    [InlineData("""{"endpoints":{},"exp":1,"v":1}""", "*no list*")]
    [InlineData("""{"endpoints":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17],"exp":1,"v":1}""", "*too long*")]
    [InlineData("""{"endpoints":[{"kind":"\ud800"}],"exp":1,"v":1}""", "*no JSON that it could be*")]
    [InlineData("""{"a":[[[[[]]]]]}""", "*no JSON*")]
    public void What_is_no_record_is_refused_with_its_cause(string text, string why) => Refusal(text).Should().Match(why);

    [Fact]
    public void A_record_counts_until_it_expires()
    {
        Whole.IsExpired(DateTimeOffset.FromUnixTimeSeconds(1_799_999_999)).Should().BeFalse();
        Whole.IsExpired(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)).Should().BeTrue();
    }

    [Fact]
    public void Any_bytes_are_a_record_or_refused_and_large_ones_are_not_read()
    {
        Gen.Byte.Array[0, 200].Sample(bytes => EndPointRecord.Read(bytes, out string? why) is not null || why is not null);
        Refusal(new string(' ', EndPointRecord.MostSize + 1)).Should().Contain("larger than 16384 bytes");
    }

    private static string? Refusal(string text)
    {
        EndPointRecord.Read(Encoding.UTF8.GetBytes(text), out string? why).Should().BeNull();
        return why;
    }
}
