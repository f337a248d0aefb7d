using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections.Tests;

internal static partial class EffectiveUser
{
    public static uint Id => GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
