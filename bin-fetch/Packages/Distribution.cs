using System.Runtime.InteropServices;

namespace Klyntar.Overlay.BinFetch;

/// <summary>The distribution that this machine runs, from os-release(5).</summary>
/// <param name="Name">Its name, such as <c>Debian</c>.</param>
/// <param name="Key">Tells it from others in the cache: <c>debian-12-x64</c>.</param>
internal sealed record Distribution(string Name, string Key)
{
    private const int SizeLimit = 64 * 1024;

    /// <summary>This machine's.</summary>
    public static Distribution Current()
    {
        try
        {
            FileInfo file = new("/etc/os-release");
            return Parse(file.Exists && file.Length <= SizeLimit ? File.ReadAllText(file.FullName) : "", RuntimeInformation.OSArchitecture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Parse("", RuntimeInformation.OSArchitecture);
        }
    }

    /// <summary>A release of Debian other than this machine's.</summary>
    public static Distribution Of(string release) => new($"Debian {release}", KeyOf("debian", release, RuntimeInformation.OSArchitecture));

    internal static Distribution Parse(string osRelease, Architecture architecture)
    {
        string name = "Linux";
        string id = "linux";
        string version = "";
        foreach (string line in osRelease.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim().Trim('"', '\'');
            switch (equals < 0 ? "" : line[..equals])
            {
                case "NAME" when value.Length > 0:
                    name = value.Split(' ')[0];
                    break;
                case "ID" when value.Length > 0:
                    id = value;
                    break;
                case "VERSION_ID" or "VERSION_CODENAME" when version.Length == 0:
                    version = value;
                    break;
            }
        }

        return new Distribution(name, KeyOf(id, version, architecture));
    }

    private static string KeyOf(string id, string version, Architecture architecture) =>
        string.Concat($"{id}-{version}-{architecture}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? char.ToLowerInvariant(c) : '_'));
}
