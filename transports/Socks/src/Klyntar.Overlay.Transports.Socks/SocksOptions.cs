using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>The configuration section <c>transports.socks</c>.</summary>
public sealed record SocksOptions : IValidatableObject
{
    private const int MostUpstreams = 64;
    private const int LongestName = 32;

    /// <summary>The SOCKS5 servers, by names of the operator's choice.</summary>
    [Description("The SOCKS5 servers, by names of your choice, and what each is for: { \"lokinet\": { \"server\": \"127.0.0.1:1080\", \"suffixes\": [\".loki\"] } }.")]
    public IReadOnlyDictionary<string, SocksUpstreamOptions> Upstreams { get; init; } = ReadOnlyDictionary<string, SocksUpstreamOptions>.Empty;

    /// <summary>How long a dial may take where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, where whoever asks for it sets no earlier deadline, such as \"2m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Upstreams.Count is 0 or > MostUpstreams)
        {
            yield return new ValidationResult($"There are {Upstreams.Count} upstreams. Name 1 to {MostUpstreams} SOCKS5 servers.", [nameof(Upstreams)]);
            yield break;
        }

        if (Upstreams.Keys.FirstOrDefault(name => !IsName(name)) is not null)
        {
            yield return new ValidationResult($"The name of an upstream has 1 to {LongestName} lower case letters, digits and hyphens. Rename it.", [nameof(Upstreams)]);
        }

        var claimed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string suffix in Upstreams.Values.SelectMany(upstream => upstream.Suffixes))
        {
            if (HostSuffix.Problem(suffix) is null && !claimed.Add(suffix))
            {
                yield return new ValidationResult($"The suffix \"{suffix}\" is named twice. Leave it to one upstream.", [nameof(Upstreams)]);
            }
        }

        if (Upstreams.Values.Count(upstream => upstream.Names) > 1)
        {
            yield return new ValidationResult("Several upstreams take all other names. Leave \"names\" to one of them.", [nameof(Upstreams)]);
        }

        if (Upstreams.Values.Count(upstream => upstream.Addresses) > 1)
        {
            yield return new ValidationResult("Several upstreams take IP addresses. Leave \"addresses\" to one of them.", [nameof(Upstreams)]);
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
