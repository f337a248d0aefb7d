using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Connections;

/// <summary>The user that this process acts as, to compare with <see cref="EngineSocket.PeerUserId"/>.</summary>
public static partial class CurrentUser
{
    /// <summary>The effective user id; null on Windows, which has none.</summary>
    public static uint? Id { get; } = OperatingSystem.IsWindows() ? null : GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [UnsupportedOSPlatform("windows")]
    private static partial uint GetEffectiveUserId();
}
