using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>
/// A real i2pd that is alone in its network, which is enough for tunnels of no length: it knows nobody, asks nobody for others, and
/// listens on loopback. <c>KLYNTAR_OVERLAY_I2PD</c> names one in place of looking for it.
/// </summary>
public sealed class SoloRouter : IAsyncLifetime
{
    internal const string Usual = "i2pd";

    // Debian 13's, unpacked beside.
    internal const string Newer = "i2pd-trixie";

    // What i2pd logs when it opens its SAM bridge.
    private const string SamStarts = "SAM";

    private static readonly HelperPrograms Finder = new(new HelperProgramOptions());

    private readonly string _name;
    private readonly TempFolder _folder = new();
    private readonly SemaphoreSlim _mending = new(1);
    private readonly int _samPort = FreePort.Next();
    private readonly int _routerPort = FreePort.Next();
    private HelperProgram? _program;
    private HelperProcess? _process;

    /// <summary>The distribution's i2pd.</summary>
    public SoloRouter()
        : this(Usual)
    {
    }

    internal SoloRouter(string name) => _name = name;

    /// <summary>Its SAM bridge.</summary>
    public EndPoint Sam => new IPEndPoint(IPAddress.Loopback, _samPort);

    /// <summary>Options that work in a network of one: no other router, and lease sets that a router which keeps them for itself can read.</summary>
    public I2POptions Options => new()
    {
        Sam = Sam,
        TunnelLength = 0,
        TunnelQuantity = 1,
        SessionOptions = new Dictionary<string, string> { ["i2cp.leaseSetType"] = "1", ["i2cp.leaseSetEncType"] = "0" },
    };

    public async ValueTask InitializeAsync()
    {
        try
        {
            _program = _name == Usual && Environment.GetEnvironmentVariable("KLYNTAR_OVERLAY_I2PD") is { Length: > 0 } path
                ? new HelperProgram(path, "KLYNTAR_OVERLAY_I2PD")
                : await Finder.FindAsync(_name, null, TestContext.Current.CancellationToken);
        }
        catch (OverlayException)
        {
            // Each test that needs it is skipped, aloud.
            return;
        }

        foreach (string folder in (string[])["data", "empty"])
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        await File.WriteAllTextAsync(_folder["i2pd.conf"], Configuration, TestContext.Current.CancellationToken);
        await StartAsync();
    }

    /// <summary>Whether there is an i2pd.</summary>
    public bool IsThere => _program is not null;

    /// <summary>Skips the test where there is no i2pd, and sees that it runs.</summary>
    /// <remarks>i2pd 2.45.1 seldom crashes when a session ends whose streams still send. That must fail the tests that it happens in, and not all that follow.</remarks>
    public async ValueTask NeedAsync()
    {
        Assert.SkipWhen(_program is null, $"There is no {_name} here. Obtain it without installing it: klyntar-overlay fetch {_name}.");
        await _mending.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_process!.Exited.IsCompleted)
            {
                await StartAsync();
            }
        }
        finally
        {
            _mending.Release();
        }
    }

    /// <summary>Starts it, and waits until its bridge takes connections.</summary>
    public async Task StartAsync()
    {
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = await HelperProcess.StartAsync(new HelperProcessOptions
        {
            Name = "i2pd",
            Program = _program!,
            WorkingDirectory = _folder.Path,

            // It keeps nothing that would need an end in good order.
            StopGrace = TimeSpan.Zero,
            Arguments =
            [
                $"--datadir={_folder["data"]}", $"--conf={_folder["i2pd.conf"]}", $"--tunconf={_folder["none.conf"]}",
                $"--tunnelsdir={_folder["empty"]}", $"--certsdir={_folder["empty"]}", $"--pidfile={_folder["pid"]}",
            ],
            OnOutput = line =>
            {
                if (line.Contains(SamStarts, StringComparison.Ordinal))
                {
                    opening.TrySetResult();
                }
            },
        }, TestContext.Current.CancellationToken);
        await Task.WhenAny(opening.Task, _process.Exited).WaitAsync(TestContext.Current.CancellationToken);
        _process.Exited.IsCompleted.Should().BeFalse("i2pd should run, but said: {0}", string.Join(" | ", _process.RecentOutput));

        // It logs right before it listens.
        while (true)
        {
            try
            {
                using EngineSocket socket = await SocketEngine.Portable.ConnectAsync(Sam, null, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    /// <summary>Ends it as a crash would, and waits for its end.</summary>
    public async Task KillAsync()
    {
        using var process = System.Diagnostics.Process.GetProcessById(_process!.Id);
        process.Kill();
        await _process.Exited;
        await _process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _mending.Dispose();
        _folder.Dispose();
    }

    // Without the empty urls it would ask the Internet for routers.
    private string Configuration => $"""
        ipv4=true
        ipv6=false
        nat=false
        netid=77
        reservedrange=false
        host=198.18.0.1
        address4=127.0.0.1
        port={_routerPort}
        floodfill=true
        bandwidth=X
        share=100
        notransit=false
        log=stdout
        loglevel=info
        [http]
        enabled=false
        [httpproxy]
        enabled=false
        [socksproxy]
        enabled=false
        [bob]
        enabled=false
        [upnp]
        enabled=false
        [sam]
        enabled=true
        address=127.0.0.1
        port={_samPort}
        [nettime]
        enabled=false
        frompeers=false
        [addressbook]
        enabled=true
        defaulturl=http://disabled.i2p/hosts.txt
        subscriptions=http://disabled.i2p/hosts.txt
        [reseed]
        verify=false
        threshold=0
        urls=
        yggurls=
        [persist]
        profiles=false
        addressbook=false
        [ntcp2]
        enabled=true
        published=true
        port={_routerPort}
        [ssu2]
        enabled=false
        published=false
        [exploratory]
        inbound.length=0
        outbound.length=0
        inbound.quantity=2
        outbound.quantity=2
        """;
}
