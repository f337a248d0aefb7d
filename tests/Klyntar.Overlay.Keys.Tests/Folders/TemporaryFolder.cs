using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Keys.Tests;

/// <summary>A folder of mode 0700 below the system's temporary one, removed with all that is in it.</summary>
internal sealed partial class TemporaryFolder : IDisposable
{
    public const uint Stranger = 54321;

    public string Root { get; } = Directory.CreateTempSubdirectory("klyntar keys'").FullName;

    public string this[string name] => Path.Join(Root, name);

    public static bool IsRoot => GetEffectiveUserId() == 0;

    public static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    public static void Give(string path)
    {
        Assert.SkipUnless(IsRoot, "Only root can give a file to another user.");
        ChangeOwner(path, Stranger, Stranger).Should().Be(0);
    }

    public static void MakePipe(string path) => MakeFifo(path, 0b110_000_000).Should().Be(0);

    /// <summary>Does what a message says after "run:" or "or:".</summary>
    public static async Task RunMend(string message)
    {
        int start = message.LastIndexOf(": ch", StringComparison.Ordinal) + 2;
        ProcessStartInfo sh = new("/bin/sh") { ArgumentList = { "-c", message[start..] } };
        using Process process = Process.Start(sh)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, message);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
