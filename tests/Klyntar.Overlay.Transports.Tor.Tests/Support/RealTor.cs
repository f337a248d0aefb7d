using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A real tor, found as the gateway finds it. <c>KLYNTAR_OVERLAY_TOR</c> names one in place of looking for it.</summary>
internal sealed class RealTor : IHelperPrograms
{
    private static readonly HelperPrograms Finder = new(new HelperProgramOptions());

    public async ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken)
    {
        if (configuredPath is null && Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_TOR") is { Length: > 0 } path)
        {
            return new HelperProgram(path, "KLYNTAR_OVERLAY_TOR");
        }

        try
        {
            return await Finder.FindAsync(name, configuredPath, cancellationToken);
        }
        catch (OverlayException e) when (configuredPath is null)
        {
            Assert.Skip($"There is no tor here: {e.Message}");
            throw;
        }
    }

    /// <summary>The process id of the tor whose transport lives in a folder, asked of that tor itself.</summary>
    public static async Task<int> ProcessIdAsync(string folder)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string note = Path.Join(folder, "runtime");
        string sockets = File.Exists(note) ? await File.ReadAllTextAsync(note, cancellationToken) : Path.Join(folder, "run");
        EngineSocket socket = await SocketEngine.Portable.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(sockets, "control")), null, cancellationToken);
        await using var control = new TorControlConnection(socket, new ControlConnectionOptions(), NullLogger.Instance);
        await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials(), cancellationToken);
        return int.Parse((await control.GetInfoAsync(["process/pid"], cancellationToken))["process/pid"]!, CultureInfo.InvariantCulture);
    }

    /// <summary>What the tor whose transport lives in a folder answers to a command, without any part of the transport.</summary>
    public static async Task<string> AskAsync(string folder, string command)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        byte[] cookie = await File.ReadAllBytesAsync(Path.Join(folder, "data", "control_auth_cookie"), cancellationToken);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(folder, "run", "control")), cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTHENTICATE {Convert.ToHexString(cookie)}\r\n{command}\r\nQUIT\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>Ends a process as a crash would, and waits for its end.</summary>
    public static async Task KillAsync(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
        await EndedAsync(id);
    }

    /// <summary>Waits until a process has ended.</summary>
    public static async Task EndedAsync(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }
}
