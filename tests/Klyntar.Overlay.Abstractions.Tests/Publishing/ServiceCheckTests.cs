using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class ServiceCheckTests
{
    private static readonly Identity Own = new("sample", "aa.sample", [1]);

    [Theory]
    [InlineData(1)]
    [InlineData(1, 65535, 80)]
    public void Valid_ports_pass(params int[] ports) => Check(Define() with { Ports = [.. ports] }).Should().BeNull();

    [Theory]
    [InlineData]
    [InlineData(0)]
    [InlineData(65536)]
    [InlineData(80, 80)]
    [InlineData(1, 2, 3, 4)]
    public void Ports_that_are_no_ports_or_too_many_are_refused(params int[] ports) => Check(Define() with { Ports = [.. ports] }).Should().Be(
        new PublishError(PublishErrorKind.InvalidPorts, "Service node needs 1 to 3 virtual ports from 1 to 65535, each once."));

    [Fact]
    public void Ports_that_were_not_given_are_refused() => Check(Define() with { Ports = default }).Should().BeOfType<PublishError>().Which.Kind.Should().Be(PublishErrorKind.InvalidPorts);

    [Fact]
    public void Another_overlays_identity_is_refused() => Check(Define() with { Identity = new Identity("other", "aa.other", [1]) }).Should().Be(
        new PublishError(PublishErrorKind.InvalidIdentity, "The identity of service node is on other, not on sample. Give the service an identity of its own for sample."));

    [Fact]
    public void A_key_that_cannot_be_read_is_refused_with_its_cause() => Check(Define() with { Identity = new Identity("sample", "aa.sample", [0]) }).Should().Be(
        new PublishError(PublishErrorKind.InvalidIdentity, "The identity of service node is damaged. The key is zero. Restore it from a backup."));

    [Fact]
    public void A_key_that_makes_another_address_is_refused() => Check(Define() with { Identity = new Identity("sample", "bb.sample", [1]) }).Should().Be(
        new PublishError(PublishErrorKind.InvalidIdentity, "The identity of service node is damaged. Its key makes another address. Restore it from a backup."));

    [Fact]
    public void Options_must_be_the_transports_own()
    {
        Check(Define() with { Options = "text" }, typeof(string)).Should().BeNull();
        Check(Define(), typeof(string)).Should().BeNull();
        Check(Define() with { Options = 5 }, typeof(string)).Should().Be(new PublishError(PublishErrorKind.InvalidOptions, "Service node has options of another transport. Write those of sample."));
        Check(Define() with { Options = 5 }).Should().Be(new PublishError(PublishErrorKind.InvalidOptions, "Services have no options on sample. Remove those of service node."));
    }

    private static ServiceDefinition Define() => new() { Name = "node", Identity = Own, Ports = [80] };

    private static PublishError? Check(ServiceDefinition definition, Type? options = null) => definition.Check("sample", new Format(), maxPorts: 3, options);

    private sealed class Format : IIdentityFormat
    {
        public ImmutableArray<string> Formats => ["raw"];

        public Identity Create() => Own;

        public IdentityImport Import(ReadOnlySpan<byte> data) => data[0] == 0 ? IdentityImport.Invalid("The key is zero.") : IdentityImport.Valid(new Identity("sample", "aa.sample", data));

        public byte[] Export(Identity identity, string format) => identity.Secret.ToArray();
    }
}
