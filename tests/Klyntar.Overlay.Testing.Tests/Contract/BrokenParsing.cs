using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Testing.Tests;

internal sealed class ThrowsOnHalfACharacter(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port) =>
        host.Any(char.IsSurrogate) ? throw new ArgumentException("not UTF-16") : base.Parse(host, port);
}

internal sealed class IgnoresTheChecksum(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port)
    {
        ParsedHost parsed = base.Parse(host, port);
        return parsed.Why == "its checksum does not match" && host.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '.')
            ? ParsedHost.Valid(new InMemoryEndPoint(Name, host, port))
            : parsed;
    }
}

/// <summary>Has a checksum of so few bits that chance meets it.</summary>
internal sealed class HasAWeakChecksum(ITransport inner, int bits) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port)
    {
        ParsedHost parsed = base.Parse(host, port);
        bool isMet = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(host))) >> (32 - bits) == 0;
        return isMet && parsed.Why == "its checksum does not match" ? ParsedHost.Valid(new InMemoryEndPoint(Name, host, port)) : parsed;
    }
}

/// <summary>Takes two neighbours that change places at one place of an address for another address.</summary>
internal sealed class OverlooksASwap(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port)
    {
        ParsedHost parsed = base.Parse(host, port);
        return parsed.EndPoint is null && host.Length > 2 && base.Parse($"{host[1]}{host[0]}{host[2..]}", port).EndPoint is not null
            ? ParsedHost.Valid(new InMemoryEndPoint(Name, host, port))
            : parsed;
    }
}

internal sealed class MakesAPortOfAQuery(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port, string query) => base.Parse(host, query.Length);
}

internal sealed class KnowsLowerCaseOnly(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port) =>
        host.Any(char.IsAsciiLetterUpper) ? ParsedHost.NotClaimed : base.Parse(host, port);
}

internal sealed class ClaimsLocalhost(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port) =>
        host == "localhost" ? ParsedHost.Invalid("it is local") : base.Parse(host, port);
}

internal sealed class SaysThatItsNamesEndInAnother(ITransport inner) : DelegatingTransport(inner)
{
    public override ImmutableArray<string> Suffixes => [".other"];
}

internal sealed class ForgetsThePort(ITransport inner) : DelegatingTransport(inner)
{
    public override ParsedHost Parse(string host, int port) => base.Parse(host, port == 65535 ? 0 : port);
}

internal sealed class HasAShoutingName(ITransport inner) : DelegatingTransport(inner)
{
    public override string Name => "MEMORY";
}

internal sealed class WithIdentities(ITransport inner, Func<IIdentityFormat, IIdentityFormat> wrap) : DelegatingTransport(inner)
{
    public override IIdentityFormat? Identities => wrap(base.Identities!);
}

internal sealed class ThrowsOnAnEmptyFile(IIdentityFormat inner) : DelegatingIdentities(inner)
{
    public override IdentityImport Import(ReadOnlySpan<byte> data) => data[0] == 0xFF ? default : base.Import(data);
}

internal sealed class ExportsAnotherKey(IIdentityFormat inner) : DelegatingIdentities(inner)
{
    public override byte[] Export(Identity identity, string format) => base.Export(format == "hex" ? Create() : identity, format);
}

internal sealed class ExportsNothingForAnUnknownFormat(IIdentityFormat inner) : DelegatingIdentities(inner)
{
    public override byte[] Export(Identity identity, string format) => Formats.Contains(format) ? base.Export(identity, format) : [];
}

internal sealed class HasOneIdentityOnly(IIdentityFormat inner) : DelegatingIdentities(inner)
{
    public override Identity Create() => Import(new byte[64].Select(_ => (byte)'0').ToArray()).Identity!;
}

internal sealed class ReadsClientKeysAsOthers(ITransport inner) : DelegatingTransport(inner), IClientKeys
{
    public override IClientKeys? ClientKeys => this;

    public IReadOnlyDictionary<string, string> Uses { get; } = new Dictionary<string, string>();

    public ClientKey Create() => new(Name, Guid.NewGuid().ToString(), [1]);

    public ClientKeyImport Import(ReadOnlySpan<byte> data) => data.Length == 1 ? ClientKeyImport.Valid(Create()) : ClientKeyImport.Invalid("It is none.");

    public byte[] Export(ClientKey key, string host) => [];
}
