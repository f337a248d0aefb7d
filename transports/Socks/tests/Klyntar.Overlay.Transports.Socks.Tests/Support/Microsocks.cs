using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>The program microsocks on a port of 127.0.0.1, where this machine has it: on PATH, or where KLYNTAR_OVERLAY_MICROSOCKS says.</summary>
public sealed class Microsocks : IAsyncLifetime
{
    private HelperProcess? _process;

    /// <summary>Where it listens; null where there is none.</summary>
    public IPEndPoint? EndPoint { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
        {
            return;
        }

        // It does not take "any port".
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        CancellationToken cancelled = TestContext.Current.CancellationToken;
        _process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "microsocks",
                Program = new HelperProgram(path, "test"),
                Arguments = ["-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)],
                WorkingDirectory = Path.GetTempPath(),
            },
            cancelled);
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        for (bool isThere = false; !isThere;)
        {
            _process.Exited.IsCompleted.Should().BeFalse("microsocks must listen, but ended: {0}", string.Join(' ', _process.RecentOutput));
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                // It says nothing when it listens, so there is no event to await.
                await socket.ConnectAsync(EndPoint, cancelled);
                isThere = true;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? Find() => Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_MICROSOCKS") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Join(folder, "microsocks")).FirstOrDefault(File.Exists);
}
