namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class ParsedHostTests
{
    [Fact]
    public void An_answer_that_nobody_made_claims_nothing()
    {
        ParsedHost.NotClaimed.IsClaimed.Should().BeFalse();
        default(ParsedHost).IsClaimed.Should().BeFalse();
        default(ParsedHost).EndPoint.Should().BeNull();
        default(ParsedHost).Why.Should().BeNull();
    }

    [Fact]
    public void A_claimed_name_is_an_end_point_or_has_a_reason()
    {
        var endPoint = new SampleEndPoint("a.example", 1);
        ParsedHost.Valid(endPoint).EndPoint.Should().BeSameAs(endPoint);
        ParsedHost.Valid(endPoint).IsClaimed.Should().BeTrue();
        ParsedHost.Invalid("its checksum does not match").IsClaimed.Should().BeTrue();
        ParsedHost.Invalid("its checksum does not match").EndPoint.Should().BeNull();
    }

    [Fact]
    public void An_answer_without_end_point_or_reason_is_a_bug()
    {
        Action valid = () => ParsedHost.Valid(null!);
        Action invalid = () => ParsedHost.Invalid("");
        valid.Should().Throw<ArgumentNullException>();
        invalid.Should().Throw<ArgumentException>();
    }
}
