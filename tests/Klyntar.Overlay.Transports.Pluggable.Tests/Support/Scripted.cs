using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>A transport whose program for obfs4 is a script of a shell.</summary>
internal sealed class Scripted : IAsyncDisposable
{
    /// <summary>Waits until it is asked to end, as every program should.</summary>
    public const string Stay = "exec cat >/dev/null";

    private readonly TestTransportContext _context;

    private Scripted(PluggableTransport transport, TestTransportContext context)
    {
        Transport = transport;
        _context = context;
    }

    public PluggableTransport Transport { get; }

    public TestTransportContext Context => _context;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts one.</summary>
    /// <param name="script">What the program does.</param>
    /// <param name="clock">The clock, or null for the system's.</param>
    /// <param name="path">The shell, unless another program is meant.</param>
    /// <param name="output">Gets what is logged.</param>
    public static async Task<Scripted> StartAsync(string script, TimeProvider? clock = null, string path = "/bin/sh", Action<string>? output = null)
    {
        var program = new PluggableProgramOptions { Path = path, Arguments = ["-c", script] };
        var transport = new PluggableTransport(new PluggableOptions
        {
            AllowPrivate = true,
            Programs = new Dictionary<string, PluggableProgramOptions> { ["obfs4"] = program },
            Bridges = new Dictionary<string, string> { ["bridge"] = "obfs4 192.0.2.7:443 cert=8KVM4NWvmbNn3jtoSfpPsZZpeaY8PZ9x/CdkyANHsqcbQXecU1R8ic2ak484S7c9hh/zOg iat-mode=0" },
        });
        var scripted = new Scripted(transport, new TestTransportContext(clock, output));
        await transport.StartAsync(scripted._context, Cancelled);
        return scripted;
    }

    /// <summary>A program that offers a SOCKS5 port of the test's and stays.</summary>
    public static string Client(int port) => $"echo VERSION 1; echo CMETHOD obfs4 socks5 127.0.0.1:{port}; echo CMETHODS DONE; {Stay}";

    /// <summary>Waits for a status.</summary>
    public async Task<TransportStatus> AwaitAsync(Func<TransportStatus, bool> isAwaited)
    {
        await foreach (TransportStatus status in Transport.Status.WatchAsync(Cancelled))
        {
            if (isAwaited(status))
            {
                return status;
            }
        }

        throw new InvalidOperationException($"The status ended with: {Transport.Status.Current}");
    }

    /// <summary>Waits for a status that says something.</summary>
    public async Task<string> AwaitAsync(string text) => (await AwaitAsync(status => status.ToString().Contains(text, StringComparison.Ordinal))).ToString();

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        _context.Dispose();
    }
}
