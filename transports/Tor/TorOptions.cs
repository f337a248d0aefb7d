using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The configuration section <c>transports.tor</c>.</summary>
public sealed partial record TorOptions : IValidatableObject
{
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

    /// <summary>How long the first attempt to reach an onion service may take; each attempt that took too long is followed by one twice as patient, inside the dial's deadline.</summary>
    [Description("How long the first attempt to reach an onion service may take, such as \"10s\". An attempt that took too long is followed by one over other circuits, and twice as patient.")]
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a dial may take with all its attempts, where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, all attempts included, where whoever asks for it sets no earlier deadline, such as \"2m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => CheckControl();
}
