using System.Diagnostics;
using System.Net.Sockets;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A real program that understands the PROXY protocol, from Debian's packages as the benchmark obtains them.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HelperProcess _process;

    private Receiver(HelperProcess process) => _process = process;

    /// <summary>Whether this system has the packages.</summary>
    public static bool IsDebian { get; } = File.Exists("/usr/bin/apt-get") && File.Exists("/usr/bin/dpkg");

    /// <summary>Obtains a program's packages, where that was not done before.</summary>
    /// <returns>The folder that they were unpacked into.</returns>
    public static async Task<string> ObtainAsync(string name)
    {
        string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } told
            ? told
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Join(caches, "klyntar-overlay", "bench");
        var info = new ProcessStartInfo(Path.Join(Repository.Root, "bench", "obtain-peers")) { RedirectStandardError = true };
        info.ArgumentList.Add(folder);
        info.ArgumentList.Add(name);
        using Process obtaining = Process.Start(info)!;
        string said = await obtaining.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(5));
        await obtaining.WaitForExitAsync().SoonAsync();
        Directory.Exists(Path.Join(folder, name)).Should().BeTrue(said);
        return Path.Join(folder, name);
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="package">The folder of its packages.</param>
    /// <param name="program">The program below that.</param>
    /// <param name="socket">The Unix socket that its configuration says.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<Receiver> StartAsync(string package, string program, UnixDomainSocketEndPoint socket, TestFolder folder, params IReadOnlyList<string> arguments)
    {
        HelperProcess process = await HelperProcess.StartAsync(new HelperProcessOptions
        {
            Name = program,
            Program = new HelperProgram(Path.Join(package, program), "a Debian package"),
            Arguments = arguments,
            Environment = Libraries(package),
            WorkingDirectory = folder.Path,
        });
        await Patience.UntilAsync(() => process.Exited.IsCompleted || Listens(socket));
        process.Exited.IsCompleted.Should().BeFalse(string.Join('\n', process.RecentOutput));
        return new Receiver(process);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Those that the system had already were not obtained.
    private static Dictionary<string, string> Libraries(string package)
    {
        string folder = Path.Join(package, "usr", "lib");
        string[] found = Directory.Exists(folder) ? Directory.GetDirectories(folder, "*-linux-*") : [];
        return found.Length == 0 ? [] : new() { ["LD_LIBRARY_PATH"] = string.Join(':', found) };
    }

    private static bool Listens(UnixDomainSocketEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
