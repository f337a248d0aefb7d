using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class TunnelTranscriptTests
{
    private static readonly ZeroNetPrivateKey[] Keys = [ZeroNetPrivateKey.Create(), ZeroNetPrivateKey.Create()];

    // Few values, so that transcripts are often alike but for one part.
    private static readonly Gen<TunnelTranscript> Transcripts = Gen.Select(
        Gen.Int[0, 1],
        Gen.Int[0, 5].Select(static place => new[] { 0, 1, 11, 80, 8080, 65535 }[place]),
        Gen.Byte[0, 1],
        Gen.Byte[0, 1],
        Gen.Byte[0, 1],
        static (site, port, visitor, service, channel) => new TunnelTranscript(Keys[site].Address, port, Repeat(visitor), Repeat(service), Repeat(channel)));

    [Fact]
    public void Two_transcripts_never_have_one_text_nor_does_a_proof_of_one_count_for_another() =>
        Gen.Select(Transcripts, Transcripts, Gen.Int[0, 1]).Sample(
            static (one, other, visitor) =>
            {
                bool isSame = one.Site == other.Site && one.Port == other.Port && one.VisitorNonce.Span.SequenceEqual(other.VisitorNonce.Span)
                    && one.ServiceNonce.Span.SequenceEqual(other.ServiceNonce.Span) && one.Channel.Span.SequenceEqual(other.Channel.Span);
                ZeroNetPrivateKey site = Keys.Single(key => key.Address == one.Site);
                string service = one.ProveService(site);
                string visit = one.ProveVisitor(Keys[visitor]);

                // Signatures have no chance in them (RFC 6979), so that one text makes one signature.
                (site.Address == other.Site && other.ProveService(site) == service).Should().Be(isSame);
                (other.ProveVisitor(Keys[visitor]) == visit).Should().Be(isSame);
                one.IsService(service).Should().BeTrue();
                one.IsVisitor(Keys[visitor].Address, visit).Should().BeTrue();
                other.IsService(service).Should().Be(isSame);
                other.IsVisitor(Keys[visitor].Address, visit).Should().Be(isSame);
                one.IsVisitor(Keys[1 - visitor].Address, visit).Should().BeFalse();
                one.IsService(visit).Should().BeFalse();
                one.IsVisitor(one.Site, service).Should().BeFalse();
            },
            iter: 100);

    [Fact]
    public void Any_text_for_a_proof_gives_an_answer() =>
        Gen.Select(Transcripts, Gen.String[0, 100]).Sample(static (transcript, text) => !transcript.IsService(text) && !transcript.IsVisitor(transcript.Site, text));

    private static byte[] Repeat(byte value) => [.. Enumerable.Repeat(value, TunnelTranscript.NonceSize)];
}
