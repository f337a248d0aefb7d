using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Bench;

/// <summary>A process that takes connections. Disposing ends it.</summary>
internal sealed partial class ListeningProcess : IDisposable
{
    private const int Terminate = 15;
    private const int LinesKept = 50;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);

    private readonly string _name;
    private readonly Process _process;
    private readonly Queue<string> _output = new();

    private ListeningProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>How long it took from its start until it listened.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>What became of it, and what it wrote last.</summary>
    public string State
    {
        get
        {
            lock (_output)
            {
                return $"{_name} {(_process.HasExited ? $"has ended with {_process.ExitCode}" : "runs")}. Its output: {string.Join('\n', _output)}";
            }
        }
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public static ListeningProcess Start(string name, ProxyCommand command, IPEndPoint endPoint, string folder)
    {
        if (!File.Exists(command.Program))
        {
            throw new InvalidOperationException($"There is no {command.Program}.");
        }

        var start = new ProcessStartInfo(command.Program, command.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        if (command.Libraries is { Length: > 0 } libraries)
        {
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        }

        long began = Stopwatch.GetTimestamp();
        ListeningProcess process = new(name, Process.Start(start)!);
        try
        {
            process.WaitUntilListening(endPoint, began);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(EndLimit))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }
        }

        _process.Dispose();
    }

    private void WaitUntilListening(IPEndPoint endPoint, long began)
    {
        while (Stopwatch.GetElapsedTime(began) < StartLimit && !_process.HasExited)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Connect(endPoint);
                StartTime = Stopwatch.GetElapsedTime(began);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(1);
            }
        }

        throw new InvalidOperationException($"It does not listen after {StartLimit.TotalSeconds} s, or never will: {State}");
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
        {
            if (e.Data is { } line)
            {
                _output.Enqueue(line);
                if (_output.Count > LinesKept)
                {
                    _output.Dequeue();
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
