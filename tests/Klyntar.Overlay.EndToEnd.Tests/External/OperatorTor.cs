using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A tor on the private network that an operator runs for purposes of his own, at a control port that stays the same.</summary>
internal sealed class OperatorTor : IAsyncDisposable
{
    /// <summary>Its control password, where it asks for one.</summary>
    public const string Password = "a control password, with \"quotes\"";

    private readonly HelperProgram _program;
    private readonly string _folder;
    private HelperProcess? _process;

    private OperatorTor(HelperProgram program, string folder, IPEndPoint control, EndPoint socks)
    {
        _program = program;
        _folder = folder;
        Control = control;
        Socks = socks;
    }

    /// <summary>Its control port.</summary>
    public IPEndPoint Control { get; }

    /// <summary>Its control socket.</summary>
    public UnixDomainSocketEndPoint ControlSocket => new(Path.Combine(_folder, "control"));

    /// <summary>Its SOCKS port.</summary>
    public EndPoint Socks { get; }

    /// <summary>Its cookie.</summary>
    public string CookieFile => Path.Combine(_folder, "data", "control_auth_cookie");

    /// <summary>Its process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts a tor and waits until it has joined the network.</summary>
    public static async Task<OperatorTor> StartAsync(PrivateTor network, bool hasCookie, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("op-").FullName;
        ImmutableArray<int> ports = LoopbackAddress.ChoosePorts(IPAddress.Loopback, 2);
        var tor = new OperatorTor(network.Program, folder, new IPEndPoint(IPAddress.Loopback, ports[0]), new IPEndPoint(IPAddress.Loopback, ports[1]));
        string[] lines =
        [
            .. network.Torrc,
            $"DataDirectory {folder}/data",
            "ClientOnly 1",
            "ShutdownWaitLength 0",
            "Log notice stdout",
            $"SocksPort {tor.Socks}",
            $"ControlPort {tor.Control}",
            $"ControlSocket unix:{tor.ControlSocket}",
            hasCookie ? "CookieAuthentication 1" : $"HashedControlPassword {Hashed(Password)}",
            $"__OwningControllerProcess {Environment.ProcessId}",
        ];
        TorrcGuard.Check(lines);
        PrivateFiles.CreateFolder(Path.Combine(folder, "data"));
        PrivateFiles.Write(tor.Torrc, string.Join('\n', lines) + "\n");
        PrivateFiles.Write(tor.Defaults, "");
        try
        {
            await tor.StartAsync(cancellationToken);
            return tor;
        }
        catch
        {
            await tor.DisposeAsync();
            throw;
        }
    }

    private string Torrc => Path.Combine(_folder, "torrc");

    private string Defaults => Path.Combine(_folder, "defaults");

    /// <summary>Starts it again, as it was.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "the operator's tor",
                Program = _program,
                Arguments = ["-f", Torrc, "--defaults-torrc", Defaults],
                WorkingDirectory = _folder,
                OnOutput = line =>
                {
                    if (line.Contains("Bootstrapped 100%", StringComparison.Ordinal))
                    {
                        joined.TrySetResult();
                    }
                },
            },
            cancellationToken);
        Task first = await Task.WhenAny(joined.Task, _process.Exited).WaitAsync(cancellationToken);
        first.Should().BeSameAs(joined.Task, string.Join('\n', _process.RecentOutput));
    }

    /// <summary>Ends it, as its operator does.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>Another controller, the operator's own.</summary>
    public Task<TorObserver> ObserveAsync(CancellationToken cancellationToken) => TorObserver.ConnectAsync(ControlSocket, cancellationToken);

    /// <summary>Writes the file with the password.</summary>
    public string WritePassword(string password)
    {
        string path = Path.Combine(_folder, "password");
        PrivateFiles.Write(path, $"{password}\n");
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // OpenPGP's iterated and salted S2K (RFC 2440, section 3.6.1.3), as tor's --hash-password writes it.
    private static string Hashed(string password)
    {
        byte[] salted = [.. RandomNumberGenerator.GetBytes(8), .. Encoding.UTF8.GetBytes(password)];
        const byte Indicator = 0x60;
        int count = (16 + (Indicator & 15)) << ((Indicator >> 4) + 6);
        byte[] hashed = [.. Enumerable.Range(0, count).Select(i => salted[i % salted.Length])];
#pragma warning disable CA5350 // Tor's own format.
        return $"16:{Convert.ToHexString(salted.AsSpan(0, 8))}{Indicator:X2}{Convert.ToHexString(SHA1.HashData(hashed))}";
#pragma warning restore CA5350
    }
}
