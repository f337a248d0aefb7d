using System.Globalization;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The options that each session is begun with.</summary>
internal static class SamSessionOptions
{
    // Lease sets that both old and new routers can encrypt to.
    private const string EncryptionTypes = "i2cp.leaseSetEncType";

    private const string LeaseSetType = "i2cp.leaseSetType";

    // "Encrypted LeaseSet2" of I2P's Common Structures, whose address is the blinded one.
    private const string EncryptedLeaseSet = "5";

    private static readonly string[] Own = ["STYLE", "ID", "DESTINATION", "SIGNATURE_TYPE", "PORT", "HOST", "FROM_PORT", "TO_PORT", .. Tunnels(new I2POptions()).Select(static option => option.Name)];

    /// <summary>The options, each NAME=VALUE.</summary>
    /// <param name="options">The operator's.</param>
    /// <param name="isEncrypted">Whether only who knows the whole address is to find the lease set.</param>
    public static IReadOnlyList<string> Of(I2POptions options, bool isEncrypted = false)
    {
        var all = Tunnels(options).ToDictionary(static option => option.Name, static option => option.Value.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        all[EncryptionTypes] = "4,0";
        foreach ((string name, string value) in options.SessionOptions)
        {
            all[name] = value;
        }

        if (isEncrypted)
        {
            all[LeaseSetType] = EncryptedLeaseSet;
        }

        return [.. all.Select(static option => $"{option.Key}={option.Value}")];
    }

    /// <summary>What is wrong with an operator's options.</summary>
    public static IEnumerable<string> Check(IReadOnlyDictionary<string, string> options, int most)
    {
        if (options.Count > most)
        {
            yield return $"There are {options.Count} session options, and at most {most} are possible.";
            yield break;
        }

        foreach ((string name, string value) in options)
        {
            if (Own.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"The gateway sets {name} itself. Remove it; tunnels have settings of their own.";
            }
            else if (name == LeaseSetType && value == EncryptedLeaseSet)
            {
                yield return "Encrypted lease sets have addresses of their own, so each service asks for one: set encrypted in its options on i2p, and remove this.";
            }
            else if (!IsWord(name) || name.Contains('=', StringComparison.Ordinal) || !IsWord(value))
            {
                yield return "A session option is a name and a value without spaces and quotation marks.";
            }
        }
    }

    private static (string Name, int Value)[] Tunnels(I2POptions options) =>
    [
        ("inbound.length", options.TunnelLength),
        ("outbound.length", options.TunnelLength),
        ("inbound.lengthVariance", options.TunnelVariance),
        ("outbound.lengthVariance", options.TunnelVariance),
        ("inbound.quantity", options.TunnelQuantity),
        ("outbound.quantity", options.TunnelQuantity),
    ];

    private static bool IsWord(string text) => text.Length is > 0 and <= 1_024 && !text.Contains('"', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
