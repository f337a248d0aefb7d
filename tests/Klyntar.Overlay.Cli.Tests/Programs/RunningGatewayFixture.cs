using System.Text.Json;

namespace Klyntar.Overlay.Cli.Tests;

/// <summary>A gateway that <c>up</c> runs, with an echo server published over the loopback transport.</summary>
public sealed class RunningGatewayFixture : IAsyncLifetime
{
    internal const int Port = 7332;

    private EchoServer? _echo;
    private CliProcess? _up;

    internal CliHome Home { get; } = new();

    /// <summary>The echo server's overlay address.</summary>
    public string Host { get; private set; } = "";

    /// <summary>The port of the SOCKS door.</summary>
    public int SocksPort { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _echo = new EchoServer();
        Home.Write("overlay.json", CliHome.LoopbackOnly);
        _up = Home.Start("up", "--expose", $"{Port}:{_echo.Port}", "--on", "loopback", "--name", "echo");
        await _up.LineAsync("service echo on loopback: published");
        JsonElement status = await Home.StatusAsync();
        Host = status.GetProperty("services")[0].GetProperty("ports")[0].GetProperty("host").GetString()!;
        SocksPort = int.Parse(status.GetProperty("socks")[0].GetProperty("listen").GetString()!.Split(':')[1], null);
    }

    public async ValueTask DisposeAsync()
    {
        await (_up?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_echo?.DisposeAsync() ?? ValueTask.CompletedTask);
        Home.Dispose();
    }
}
