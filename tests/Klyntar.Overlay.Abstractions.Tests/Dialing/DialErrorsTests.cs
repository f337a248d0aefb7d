namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class DialErrorsTests
{
    public static TheoryData<DialErrorKind> Kinds => [.. Enum.GetValues<DialErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_says_what_happened_and_what_to_do_next(DialErrorKind kind)
    {
        string sentence = kind.Sentence();
        sentence.Should().NotBeNull().And.MatchRegex("^[A-Z]").And.EndWith(".");
        sentence.Should().Contain(". ", "the first sentence is the cause and the second the next step");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_reply_codes_of_RFC_1928_and_of_tors_proposal_304(DialErrorKind kind)
    {
        kind.SocksReply().Should().BeInRange(1, 8);
        byte extended = kind.ExtendedSocksReply();
        (extended == kind.SocksReply() || extended is >= 0xF0 and <= 0xF7).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_a_label_fit_for_metrics(DialErrorKind kind) => kind.MetricLabel().Should().MatchRegex("^[a-z]+(_[a-z]+)*$");

    [Fact]
    public void Labels_and_sentences_are_unique()
    {
        Enum.GetValues<DialErrorKind>().Select(DialErrors.MetricLabel).Should().OnlyHaveUniqueItems();
        Enum.GetValues<DialErrorKind>().Select(DialErrors.Sentence).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_label_is_its_kind_in_snake_case_so_that_it_stays_stable()
    {
        foreach (DialErrorKind kind in Enum.GetValues<DialErrorKind>())
        {
            string snake = string.Concat(kind.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
            kind.MetricLabel().Should().Be(snake);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_kind_from_a_newer_transport_is_told_as_internal(int unknown)
    {
        var kind = (DialErrorKind)unknown;
        kind.Sentence().Should().Be(DialErrorKind.Internal.Sentence());
        kind.MetricLabel().Should().Be("internal");
        kind.IsTransient().Should().BeFalse();
    }

    [Theory]
    [InlineData(DialErrorKind.NotFound, 0xF0)]
    [InlineData(DialErrorKind.InvalidDescriptor, 0xF1)]
    [InlineData(DialErrorKind.Unreachable, 0xF2)]
    [InlineData(DialErrorKind.AuthorizationMissing, 0xF4)]
    [InlineData(DialErrorKind.AuthorizationWrong, 0xF5)]
    [InlineData(DialErrorKind.InvalidAddress, 0xF6)]
    [InlineData(DialErrorKind.TimedOut, 0xF7)]
    public void Extended_codes_are_tors(DialErrorKind kind, byte code) => kind.ExtendedSocksReply().Should().Be(code);

    [Fact]
    public void An_error_prints_the_transport_the_sentence_and_what_the_overlay_said()
    {
        new DialError(DialErrorKind.NotFound).ToString().Should().Be(DialErrorKind.NotFound.Sentence());
        new DialError(DialErrorKind.NotFound, "tor", "SOCKS reply F0").ToString()
            .Should().Be($"tor: {DialErrorKind.NotFound.Sentence()} (SOCKS reply F0)");
    }
}
