using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The user that this process runs as.</summary>
internal static partial class CurrentUser
{
    /// <summary>The effective uid; null on Windows, which has none.</summary>
    public static uint? Id { get; } = OperatingSystem.IsWindows() ? null : GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [UnsupportedOSPlatform("windows")]
    private static partial uint GetEffectiveUserId();
}
