using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Gateway;

/// <summary>The user that this process acts as.</summary>
internal static class CurrentUser
{
    /// <summary>The effective user id; 0 on Windows, where nothing asks for it.</summary>
    public static uint Id { get; } = OperatingSystem.IsWindows() ? 0 : EffectiveUserId();

    [DllImport("libc", EntryPoint = "geteuid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUserId();
}
