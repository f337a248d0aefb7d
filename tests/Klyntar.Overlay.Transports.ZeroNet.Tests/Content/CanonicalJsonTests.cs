using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>The text that is signed. What is expected is what Python 3 answers to <c>json.dumps(json.loads(text), sort_keys=True)</c>.</summary>
public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"a": 2, "b": 1}""")]
    [InlineData("""{"a":{"z":[],"y":{}}}""", """{"a": {"y": {}, "z": []}}""")]
    [InlineData(""" { "a" : 1 ,"B" : 2, "_":3, "" : 4 }""", """{"": 4, "B": 2, "_": 3, "a": 1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a": 2}""")]
    [InlineData("""{"a":[true,false,null,"",[[]],{}]}""", """{"a": [true, false, null, "", [[]], {}]}""")]
    [InlineData("""{"a":[1,-2,0,-0,12345678901234567890123456789]}""", """{"a": [1, -2, 0, 0, 12345678901234567890123456789]}""")]
    [InlineData("""{"\ud83d\ude00":1,"\uffff":2,"\ue000":3,"z":4}""", """{"z": 4, "\ue000": 3, "\uffff": 2, "\ud83d\ude00": 1}""")]
    [InlineData("""{"a\u0000b":1,"a":2,"ab":3}""", """{"a": 2, "a\u0000b": 1, "ab": 3}""")]
    [InlineData("""{"a":"\u2028/<>&'\"\\\b\f\n\r\t\u007f\u0000 é Ключ 😀"}""", """{"a": "\u2028/<>&'\"\\\b\f\n\r\t\u007f\u0000 \u00e9 \u041a\u043b\u044e\u0447 \ud83d\ude00"}""")]
    public void Each_value_has_the_text_that_Python_gives_it(string json, string expected) => Write(json).Text.Should().Be(expected);

    [Fact]
    public void Keys_of_the_object_itself_are_left_out_and_those_below_are_not() =>
        Write("""{"signs":{"a":1},"b":{"signs":2},"sign":3}""", "signs", "sign").Text.Should().Be("""{"b": {"signs": 2}}""");

    [Theory]
    [InlineData("""{"a":1.5}""", "it has a number that is not whole")]
    [InlineData("""{"a":[1e3]}""", "it has a number that is not whole")]
    public void What_has_no_text_of_its_own_is_refused(string json, string why) => Write(json).Why.Should().Be(why);

    [Fact]
    public void A_number_of_many_digits_is_refused() => Write($$"""{"a":{{new string('9', 4_301)}}}""").Why.Should().Be("it has a number of 4301 digits");

    [Fact]
    public void The_text_is_ASCII_means_the_same_and_is_the_text_of_itself()
    {
        Gen<Dictionary<string, string>> members = Gen.Dictionary(Gen.String, Gen.String)[0, 8];
        members.Sample(value =>
        {
            // Half characters come out of no serializer.
            string json = JsonSerializer.Serialize(value);
            string text = Write(json).Text!;
            text.Should().NotMatchRegex("[^ -~]");
            Write(text).Text.Should().Be(text);
            JsonSerializer.Deserialize<Dictionary<string, string>>(text).Should().BeEquivalentTo(JsonSerializer.Deserialize<Dictionary<string, string>>(json));
        });
    }

    [Fact]
    public void Texts_are_ordered_by_code_points_as_their_UTF_32_is() =>
        Gen.Select(Gen.String, Gen.String).Where((a, b) => IsWhole(a) && IsWhole(b)).Sample((a, b) =>
        {
            int expected = Encoding.UTF32.GetBytes(a).Chunk(4).Select(c => BitConverter.ToInt32(c)).ToArray().AsSpan().SequenceCompareTo(Encoding.UTF32.GetBytes(b).Chunk(4).Select(c => BitConverter.ToInt32(c)).ToArray());
            Math.Sign(CodePointComparer.Instance.Compare(a, b)).Should().Be(Math.Sign(expected));
        });

    private static bool IsWhole(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static (string? Text, string? Why) Write(string json, params string[] without)
    {
        using var document = JsonDocument.Parse(json, CanonicalJson.Reading);
        var output = new ArrayBufferWriter<byte>();
        string? why = CanonicalJson.TryWrite(document.RootElement, output, without);
        return why is null ? (Encoding.ASCII.GetString(output.WrittenSpan), null) : (null, why);
    }
}
