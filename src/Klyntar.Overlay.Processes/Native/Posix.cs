using System.Globalization;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Processes;

/// <summary>The few POSIX calls that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const int MayExecute = 1;
    private const short PollIn = 1;

    /// <summary>Sends a signal to a process, or to a process group where <paramref name="process"/> is negative. A process that is gone is no error.</summary>
    public static void Signal(int process, int signal) => _ = Kill(process, signal);

    /// <summary>Whether this process may execute a file, by its real user and group.</summary>
    public static bool MayRun(string path) => Access(path, MayExecute) == 0;

    /// <summary>Whether a read would return at once: bytes, or the end.</summary>
    public static bool IsReadable(SafeHandle handle)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            PollFd entry = new() { Descriptor = (int)handle.DangerousGetHandle(), Events = PollIn };
            return Poll(ref entry, 1, 0) == 1;
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>A signal's name, such as <c>SIGKILL</c>, or <c>signal 40</c>.</summary>
    public static string NameOf(int signal) => signal switch
    {
        1 => "SIGHUP",
        SigInt => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        SigKill => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        SigTerm => "SIGTERM",
        _ => $"signal {signal.ToString(CultureInfo.InvariantCulture)}",
    };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollFd entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
