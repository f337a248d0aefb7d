using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The configuration section <c>transports.tor</c>.</summary>
public sealed partial record TorOptions : IValidatableObject
{
    // Each is given to tor before its first dial.
    private const int MostClientKeys = 1_000;

    /// <summary>The path of the tor program; null looks on PATH and then at the distribution's package.</summary>
    [Description("Path of the tor program. Without it, tor is looked for on PATH and then obtained from the distribution's package.")]
    public string? Program { get; init; }

    /// <summary>Further lines for tor's configuration, such as bridges or the authorities of a private network.</summary>
    [Description("Further lines for tor's configuration (torrc), one setting each: bridges, an upstream proxy, or the authorities of a private network. What the gateway sets itself is refused.")]
    public IReadOnlyList<string> Torrc { get; init; } = [];

    /// <summary>Bridges through which alone tor reaches its network; empty for none.</summary>
    [Description("Bridges through which alone tor reaches its network, as bridges.torproject.org gives them: \"192.0.2.7:9001 FINGERPRINT\", or with a pluggable transport \"obfs4 192.0.2.7:443 FINGERPRINT cert=… iat-mode=0\".")]
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>The programs of the pluggable transports that the bridges name, by name.</summary>
    [Description("The programs of the pluggable transports that the bridges name, such as { \"snowflake\": \"/usr/bin/snowflake-client\" }. obfs4 needs none: obfs4proxy is looked for on PATH and then obtained from the distribution's package.")]
    public IReadOnlyDictionary<string, string> PluggableTransports { get; init; } = new Dictionary<string, string>();

    /// <summary>Which client key is for which onion service: names in the key folder by addresses. Keys that are changed while the gateway runs are taken at its next start.</summary>
    [Description("Which client key is for which onion service, for services that admit only whom they know: names of keys of 'klyntar-overlay keys auth' by addresses, such as { \"abc….onion\": \"alice\" }. A changed key is taken at the next start.")]
    public IReadOnlyDictionary<string, string> ClientAuth { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether the second hops of circuits to and from onion services are kept for days (tor's VanguardsLiteEnabled); null for what the network says, which is yes.</summary>
    [Description("Whether the second hops of circuits to and from onion services are kept for days, which hides the first ones from whoever provokes circuits (tor's VanguardsLiteEnabled). Default: what the Tor network says, which is yes.")]
    public bool? VanguardsLite { get; init; }

    /// <summary>How long the first attempt to reach an onion service may take; each attempt that took too long is followed by one twice as patient, inside the dial's deadline.</summary>
    [Description("How long the first attempt to reach an onion service may take, such as \"10s\". An attempt that took too long is followed by one over other circuits, and twice as patient.")]
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a dial may take with all its attempts, where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, all attempts included, where whoever asks for it sets no earlier deadline, such as \"2m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (ValidationResult contradiction in CheckControl())
        {
            yield return contradiction;
        }

        for (int i = 0; i < Bridges.Count; i++)
        {
            if (BridgeLine.Parse(Bridges[i]).Problem is { } problem)
            {
                yield return new ValidationResult($"The line {i} is no bridge: {problem}", [nameof(Bridges)]);
            }
        }

        if (ClientAuth.Count > MostClientKeys)
        {
            yield return new ValidationResult($"There are {ClientAuth.Count} services with a client key, and at most {MostClientKeys} are possible.", [nameof(ClientAuth)]);
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string host in ClientAuth.Keys)
        {
            if (!OnionAddress.TryParse(host, out OnionAddress? address, out string? why))
            {
                yield return new ValidationResult($"The address {LogText.Redact(host)} is not valid: {why}. Copy it again, whole.", [nameof(ClientAuth)]);
            }
            else if (!seen.Add(address.Host))
            {
                yield return new ValidationResult($"The service {LogText.Redact(host)} is named twice, in two spellings. Keep one of them.", [nameof(ClientAuth)]);
            }
        }
    }
}
