using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Klyntar.Overlay.Gateway;

/// <summary>An address of a peer as it is written: a host on an overlay, the port that it counts for, or null for all, and what else is for the overlay, which makes no other address of it.</summary>
internal readonly record struct PeerAddress(WrittenName Written)
{
    public string Host => Written.Host;

    public int? Port => Written.Port;

    /// <summary>Reads an address. Its host stays as it is written, since on ZeroNet upper and lower case differ; compared it is without case.</summary>
    public static bool TryParse(string text, out PeerAddress address, [NotNullWhen(false)] out string? why)
    {
        address = default;
        if (!WrittenName.TryParse(text, out WrittenName written, out why))
        {
            return false;
        }

        address = new PeerAddress(written with { Host = written.Host.TrimEnd('.') });
        why = HostKinds.Of(address.Host) switch
        {
            HostKind.Name => null,
            HostKind.Address => "That is an address of no overlay.",
            _ => "That is no host name.",
        };
        return why is null;
    }

    /// <summary>Whether it counts for a port.</summary>
    public bool IsFor(int port) => Port is not { } own || own == port;

    public bool Equals(PeerAddress other) => Port == other.Port && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Port, StringComparer.OrdinalIgnoreCase.GetHashCode(Host ?? ""));

    public override string ToString() => Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}") : Host;
}
