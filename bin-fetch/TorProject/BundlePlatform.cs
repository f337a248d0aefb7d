using System.Runtime.InteropServices;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A kind of machine that the Tor Project makes bundles for.</summary>
/// <param name="Name">Its name in file names.</param>
/// <param name="PinnedVersion">The version that is fetched where no other is asked for.</param>
/// <param name="PinnedSha256">The SHA-256 of that version's archive, in lower case.</param>
internal sealed record BundlePlatform(string Name, string PinnedVersion, string PinnedSha256)
{
    private const string Stable = "15.0.24";

    private static readonly BundlePlatform[] All =
    [
        new("linux-x86_64", Stable, "8e012ec6815d7899cb64011582e2dade88e74119c6661068a2a3252de0ccd7f2"),

        // In the alpha series only.
        new("linux-aarch64", "16.0a13", "e1685ff7a531e7b50b77ce231e8be397c835dd2dcb96b2fd8feb02c638acc517"),
        new("macos-x86_64", Stable, "8acb0b590f6be34084dcb6d84009ac0c61cc7c5261b7a19d2ab94845aa9bd5b6"),
        new("macos-aarch64", Stable, "d47afd04b6c751129978390ad003d74ac8b88adfbb939350f0f89999e6570644"),
        new("windows-x86_64", Stable, "e9dc6ccc93cd6afa507193f4de284d6424233ff5102155cd2c94b259e8a22b65"),
    ];

    /// <summary>This machine's, or null where no bundle is made for it.</summary>
    public static BundlePlatform? Current { get; } = Of(
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "macos" : OperatingSystem.IsWindows() ? "windows" : "",
        RuntimeInformation.OSArchitecture);

    internal static BundlePlatform? Of(string system, Architecture architecture)
    {
        string name = architecture switch
        {
            Architecture.X64 => $"{system}-x86_64",
            Architecture.Arm64 => $"{system}-aarch64",
            _ => "",
        };
        return Array.Find(All, platform => platform.Name == name);
    }

    /// <summary>The name of a version's archive.</summary>
    public string Archive(string version) => $"tor-expert-bundle-{Name}-{version}.tar.gz";
}
