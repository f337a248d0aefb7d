using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A real i2pd, found as the gateway finds it. <c>KLYNTAR_OVERLAY_I2PD</c> names one in place of looking for it.</summary>
/// <param name="name">The name that it is looked for by.</param>
internal sealed class RealI2pd(string name = "i2pd") : IHelperPrograms
{
    private static readonly HelperPrograms Finder = new(new HelperProgramOptions());

    /// <summary>Lines with which it knows nobody and dials nobody: another network than the public one, no server to ask, and a loopback source.</summary>
    public static string[] Alone
    {
        get
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return
            [
                "netid=77", "reseed.urls=", "reseed.yggurls=", "reseed.threshold=0", "ipv4=true", "ipv6=false", "nat=false", "reservedrange=false",
                "host=127.0.0.1", "address4=127.0.0.1", $"port={((IPEndPoint)socket.LocalEndPoint!).Port}", "ssu2.enabled=false", "ssu2.published=false",
                "nettime.enabled=false", "nettime.frompeers=false", "addressbook.defaulturl=http://disabled.i2p/hosts.txt", "addressbook.subscriptions=http://disabled.i2p/hosts.txt",
            ];
        }
    }

    public async ValueTask<HelperProgram> FindAsync(string asked, string? configuredPath, CancellationToken cancellationToken)
    {
        asked.Should().Be("i2pd");
        if (configuredPath is null && name == "i2pd" && Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_I2PD") is { Length: > 0 } path)
        {
            return new HelperProgram(path, "KLYNTAR_OVERLAY_I2PD");
        }

        try
        {
            return await Finder.FindAsync(name, configuredPath, cancellationToken);
        }
        catch (OverlayException e) when (configuredPath is null)
        {
            Assert.Skip($"There is no {name} here: {e.Message}");
            throw;
        }
    }

    /// <summary>The process id of the i2pd whose transport lives in a folder.</summary>
    public static int ProcessIdIn(string folder)
    {
        string mark = $"--datadir={Path.Join(folder, "router", "data")}";
        return Process.GetProcesses().Single(process => CommandLine(process.Id).Contains(mark)).Id;
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

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
