using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What tor does beside talking: beside the key of a service that it is configured with it writes the address.</summary>
internal static partial class ConfiguredServices
{
    /// <summary>Does it for the services that a command names, of those whose keys are there.</summary>
    public static void Write(string command)
    {
        foreach (string folder in Folders().Matches(command).Select(m => m.Groups["folder"].Value))
        {
            var key = new FileInfo(Path.Join(folder, "hs_ed25519_secret_key"));
            if (key.Exists && TorIdentityFormat.Instance.Import(File.ReadAllBytes(key.FullName)).Identity is { } identity)
            {
                File.WriteAllText(Path.Join(folder, "hostname"), identity.Address + "\n");
            }
        }
    }

    [GeneratedRegex("HiddenServiceDir=\"(?<folder>[^\"]+)\"")]
    private static partial Regex Folders();
}
