using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The configuration section <c>transports.pt</c>.</summary>
public sealed record PluggableOptions : IValidatableObject
{
    private const int MostPrograms = 16;
    private const int MostBridges = 256;

    /// <summary>The programs, by the method that each is for: those that are not usual, and further methods.</summary>
    [Description("The programs, by the method that each is for, such as { \"snowflake\": { \"path\": \"/usr/bin/snowflake-client\" } }. obfs4 needs no entry: lyrebird or obfs4proxy is looked for on PATH, and obfs4proxy then obtained from the distribution's package.")]
    public IReadOnlyDictionary<string, PluggableProgramOptions> Programs { get; init; } = ReadOnlyDictionary<string, PluggableProgramOptions>.Empty;

    /// <summary>Bridges by name, each a line as tor's configuration has it.</summary>
    [Description("Bridges by a name of your own, which makes each reachable as NAME.pt.alt: { \"home\": \"obfs4 192.0.2.7:443 cert=… iat-mode=0\" }, as in tor's configuration. A fingerprint in the line means nothing here.")]
    public IReadOnlyDictionary<string, string> Bridges { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The IP address that services are listened for at, unless they say otherwise themselves.</summary>
    [Description("The IP address of this machine at which services listen on the ordinary network, such as \"0.0.0.0\" for all. Default: \"127.0.0.1\", where nobody else reaches them.")]
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>The IP address that others are told; null for <see cref="Listen"/>.</summary>
    [Description("The IP address at which others reach this machine, which becomes part of the services' addresses, such as \"203.0.113.7\". Default: the one listened at.")]
    public string? Advertise { get; init; }

    /// <summary>The SOCKS5 proxy that client programs connect through, an <see cref="IPEndPoint"/>; null for none.</summary>
    [Description("The SOCKS5 proxy that dials go through, such as \"127.0.0.1:9050\" of a tor, which then sees the far side's address, and the far side the proxy's. A program that cannot use it is not used at all.")]
    public EndPoint? Proxy { get; init; }

    /// <summary>Whether names that hold their IP address may lead to private networks and to this machine.</summary>
    [Description("Whether addresses that name an IP address may lead to private networks and to this machine, as on networks for trying. Off, they would let whoever uses a door reach what only this machine should; bridges of the configuration always may.")]
    public bool AllowPrivate { get; init; }

    /// <summary>How long a dial may take, where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, where whoever asks for it sets no earlier deadline, such as \"1m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The address that others are told where a service says nothing itself. Total: options that are not valid give loopback.</summary>
    internal IPAddress AdvertisedAddress => ReadAddress(Advertise ?? Listen) is { } address && !IsWildcard(address) ? address : IPAddress.Loopback;

    /// <summary>The address that services are listened for at. Total likewise.</summary>
    internal IPAddress ListenAddress => ReadAddress(Listen) ?? IPAddress.Loopback;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Programs.Count > MostPrograms)
        {
            yield return new ValidationResult($"There are at most {MostPrograms} programs.", [nameof(Programs)]);
        }

        foreach ((string method, PluggableProgramOptions program) in Programs)
        {
            if (!PtMethodName.IsValid(method))
            {
                yield return new ValidationResult("A method's name has lower case letters, digits and underscores, at most 32, and no digit first, such as obfs4.", [nameof(Programs)]);
            }
            else if (program.Path is null && UsualPrograms.Of(method).IsEmpty)
            {
                yield return new ValidationResult($"No program is usual for {method}. Write its \"path\".", [nameof(Programs)]);
            }
            else if (program.Path is { } path && (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal)))
            {
                yield return new ValidationResult($"Write an absolute path for {method}.", [nameof(Programs)]);
            }
        }

        if (Bridges.Count > MostBridges)
        {
            yield return new ValidationResult($"There are at most {MostBridges} bridges.", [nameof(Bridges)]);
        }

        foreach ((string name, string line) in Bridges)
        {
            if (!BridgeName.IsValid(name))
            {
                yield return new ValidationResult($"A bridge's name has 1 to {BridgeName.MaxLength} lower case letters, digits and hyphens, and no hyphen first or last.", [nameof(Bridges)]);
            }
            else if (BridgeLine.TryRead(line, out string? why) is not { } bridge)
            {
                yield return new ValidationResult($"The line of the bridge {name} is not valid: {why}", [nameof(Bridges)]);
            }
            else if (!Programs.ContainsKey(bridge.Method) && UsualPrograms.Of(bridge.Method).IsEmpty)
            {
                yield return new ValidationResult($"The bridge {name} needs a program for {bridge.Method}. Write one into programs.", [nameof(Bridges)]);
            }
        }

        if (Proxy is not (null or IPEndPoint { Port: > 0 }) || (Proxy is IPEndPoint proxy && IsWildcard(proxy.Address)))
        {
            yield return new ValidationResult("Write the IP address and the port of a SOCKS5 proxy.", [nameof(Proxy)]);
        }

        if (ReadAddress(Listen) is null)
        {
            yield return new ValidationResult("Write an IP address, such as 0.0.0.0.", [nameof(Listen)]);
        }

        if (Advertise is not null && (ReadAddress(Advertise) is not { } advertised || IsWildcard(advertised)))
        {
            yield return new ValidationResult("Write the IP address at which others reach this machine.", [nameof(Advertise)]);
        }
        else if (Advertise is null && ReadAddress(Listen) is { } listen && IsWildcard(listen))
        {
            yield return new ValidationResult("Services listen at every address of this machine, which tells nobody where it is reached. Write the IP address that others are to use into advertise.", [nameof(Listen), nameof(Advertise)]);
        }
    }

    /// <summary>Whether an address means all of a machine's.</summary>
    internal static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IPAddress? ReadAddress(string text) => IpText.TryReadAddress(text);
}
