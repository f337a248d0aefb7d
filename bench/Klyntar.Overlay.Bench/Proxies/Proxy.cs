using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Bench;

/// <summary>A running proxy, and what it has used. Disposing ends it.</summary>
internal sealed partial class Proxy : IDisposable
{
    // The unit of utime and stime in /proc/PID/stat: fixed for user space on Linux (proc(5), sysconf(_SC_CLK_TCK)).
    private const double TicksPerSecond = 100;
    private const int Terminate = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);

    private readonly ProxyKind _kind;
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private Proxy(ProxyKind kind, Process process, DirectoryInfo folder, IPEndPoint endPoint)
    {
        _kind = kind;
        _process = process;
        _folder = folder;
        EndPoint = endPoint;
    }

    public string Name => _kind.Name;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The processor time that the process has used so far, of all its threads, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{_process.Id}/stat");

            // The second field is a name in brackets and may hold anything; utime and stime are the 14th and 15th.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>Starts a proxy on a free port and waits until it takes connections.</summary>
    public static Proxy Start(ProxyKind kind)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("overlay-bench-");
        IPEndPoint endPoint = FreeEndPoint();
        var start = new ProcessStartInfo(kind.Program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName };
        foreach (string argument in kind.Arguments(endPoint, folder.FullName))
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        Queue<string> output = new();
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new Proxy(kind, process, folder, endPoint);
        try
        {
            proxy.WaitUntilListening(output);
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }

        void Keep(object sender, DataReceivedEventArgs e)
        {
            lock (output)
            {
                if (e.Data is { } line)
                {
                    output.Enqueue(line);
                    if (output.Count > 50)
                    {
                        output.Dequeue();
                    }
                }
            }
        }
    }

    /// <summary>The address of a target as this proxy's clients write it.</summary>
    public byte[] AddressOf(IPEndPoint target) => _kind.Address(target);

    /// <summary>The process's proportional set size: its own pages, and its share of those it shares.</summary>
    public long ProportionalBytes()
    {
        foreach (string line in File.ReadLines($"/proc/{_process.Id}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan("Pss:".Length).Trim(" kB"), CultureInfo.InvariantCulture) * 1024;
            }
        }

        throw new InvalidOperationException("The kernel tells no proportional set size.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(EndLimit))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    // Below what systems give to outgoing connections, so that no connection takes it.
    private static IPEndPoint FreeEndPoint()
    {
        for (int port = 15_666; port < 16_666; port++)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                IPEndPoint endPoint = new(IPAddress.Loopback, port);
                probe.Bind(endPoint);
                return endPoint;
            }
            catch (SocketException)
            {
                // Taken, or waiting after its last use.
            }
        }

        throw new InvalidOperationException("No port from 15666 to 16665 is free.");
    }

    private void WaitUntilListening(Queue<string> output)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < StartLimit && !_process.HasExited)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Connect(EndPoint);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(20);
            }
        }

        lock (output)
        {
            string state = _process.HasExited ? $"ended with {_process.ExitCode}" : $"does not listen after {StartLimit.TotalSeconds} s";
            throw new InvalidOperationException($"{Name} {state}. Its output: {string.Join('\n', output)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
