using System.Collections.Immutable;
using System.Text;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What a host list says. Touches no file.</summary>
/// <param name="Hosts">The destinations by name, in base64.</param>
/// <param name="FirstOdd">The number of the first line that is none of a host list; 0 where all are.</param>
/// <param name="Odd">How many there are.</param>
internal sealed record HostListText(ImmutableDictionary<string, string> Hosts, int FirstOdd, int Odd)
{
    /// <summary>The most bytes; the lists that go round have two to three million.</summary>
    public const int MaxSize = 8 * 1024 * 1024;

    private const int MaxHosts = 20_000;

    /// <summary>Reads lines of the form NAME=DESTINATION, as I2P's hosts.txt has them. Total: any bytes give an answer.</summary>
    public static HostListText Parse(ReadOnlySpan<byte> bytes)
    {
        var hosts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        int number = 0;
        int first = 0;
        int odd = 0;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            number++;
            string line = Encoding.Latin1.GetString(bytes[range]);

            // A line may go on after #! with words for programs that register names.
            int comment = line.IndexOf('#', StringComparison.Ordinal);
            line = (comment < 0 ? line : line[..comment]).Trim();
            if (line.Length > 0 && !TryAdd(line))
            {
                odd++;
                first = first == 0 ? number : first;
            }
        }

        return new HostListText(hosts.ToImmutable(), first, odd);

        bool TryAdd(string line)
        {
            // Of two lines for one name the first counts, as routers have it.
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && hosts.Count < MaxHosts
                && I2PHost.TryParse(line[..equals], out I2PHost? host, out _) && host.Kind == I2PHostKind.Name
                && I2PDestination.TryParse(line.AsSpan(equals + 1), out I2PDestination? destination, out _)
                && (hosts.TryAdd(host.Name, destination.ToBase64()) || hosts.ContainsKey(host.Name));
        }
    }
}
