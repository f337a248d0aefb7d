using System.Collections.Frozen;
using System.Text;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A bridge of the configuration, <c>NAME.pt.alt</c>, or an address that says itself where it leads. The port is for the far side alone: a pluggable transport leads to one.</summary>
/// <remarks>The suffix is below <c>alt</c> (RFC 9476), which the domain name system will never have; <c>pt</c> alone is Portugal's.</remarks>
internal sealed class PluggableEndPoint : OverlayEndPoint
{
    /// <summary>The transport's name.</summary>
    public const string OverlayName = "pt";

    /// <summary>What every name here ends in.</summary>
    public const string Suffix = ".pt.alt";

    private const int MaxHostLength = 255;

    /// <summary>Makes an end point.</summary>
    /// <param name="host">The canonical host.</param>
    /// <param name="port">The port that was asked for.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="isConfigured">Whether it is a bridge that the operator wrote down.</param>
    public PluggableEndPoint(string host, int port, PtTarget target, bool isConfigured)
        : base(OverlayName, host, port)
    {
        Target = target;
        IsConfigured = isConfigured;
    }

    /// <summary>Where it leads.</summary>
    public PtTarget Target { get; }

    /// <summary>Whether the operator wrote it down: others' addresses may not lead everywhere.</summary>
    public bool IsConfigured { get; }

    /// <summary>Claims and validates a host name.</summary>
    /// <param name="host">Any text.</param>
    /// <param name="port">The port asked for.</param>
    /// <param name="bridges">The bridges of the configuration.</param>
    public static ParsedHost Parse(string host, int port, FrozenDictionary<string, PtTarget> bridges)
    {
        ReadOnlySpan<char> name = host.AsSpan();
        if (name is [.. var rest, '.'])
        {
            name = rest;
        }

        if (name.Length < Suffix.Length || !Ascii.EqualsIgnoreCase(name[^Suffix.Length..], Suffix))
        {
            return ParsedHost.NotClaimed;
        }

        if (name.Length > MaxHostLength)
        {
            return ParsedHost.Invalid($"it is longer than {MaxHostLength} characters");
        }

        ReadOnlySpan<char> labels = name[..^Suffix.Length];
        if (!Ascii.IsValid(labels))
        {
            return ParsedHost.Invalid("it has characters that no address has");
        }

        string lower = labels.ToString().ToLowerInvariant();
        if (bridges.TryGetValue(lower, out PtTarget? bridge))
        {
            return ParsedHost.Valid(new PluggableEndPoint(lower + Suffix, port, bridge, isConfigured: true));
        }

        return Obfs4Address.TryRead(lower, out string? why) is { } address
            ? ParsedHost.Valid(new PluggableEndPoint(address.Host, port, address.ToTarget(), isConfigured: false))
            : ParsedHost.Invalid(why!);
    }
}
