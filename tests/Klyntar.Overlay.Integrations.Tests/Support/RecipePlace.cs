using System.Net;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A gateway on the private network that publishes a node, with all that the recipes ask of a machine.</summary>
public sealed class RecipePlace(PrivateTor network, NpmPackages packages) : IAsyncLifetime
{
    private const int HttpPort = 80;
    private const int WebSocketPort = 9999;
    private const int SshPort = 22;

    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
    private TestGateway? _gateway;
    private NodeTarget? _node;
    private SshServer? _ssh;

    internal TestGateway Gateway => _gateway!;

    internal NodeTarget Node => _node!;

    /// <summary>The server's user and files, and in it the repositories.</summary>
    internal string Home => Path.Combine(_folder, "home");

    /// <summary>Variables of a person's shell: the program is on the path, and its gateway the one of the default folder.</summary>
    internal IReadOnlyDictionary<string, string> Shell { get; private set; } = new Dictionary<string, string>();

    public async ValueTask InitializeAsync()
    {
        try
        {
            await StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? owned in new IAsyncDisposable?[] { _gateway, _ssh, _node })
        {
            if (owned is not null)
            {
                await owned.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Why there is no sshd; empty where there is one.</summary>
    internal string WhyNoSsh { get; private set; } = "";

    /// <summary>What ssh reads in the place of a person's own configuration, with more lines.</summary>
    internal void ConfigureSsh(string lines) => File.WriteAllText(Path.Combine(Home, "config.more"), lines);

    /// <summary>A recipe as a person would write it for this gateway and this node.</summary>
    /// <param name="heading">The heading above it.</param>
    internal string Recipe(string heading) => RecipeDocument.Blocks[heading]
        .Replace("127.0.0.1:5666", $"{_gateway!.Socks}", StringComparison.Ordinal)
        .Replace("port: 5666", $"port: {_gateway.Socks.Port}", StringComparison.Ordinal)
        .Replace("NODE.onion", _gateway.Onion("node"), StringComparison.Ordinal)
        .Replace("USER@", $"{_ssh?.UserName}@", StringComparison.Ordinal);

    /// <summary>Runs lines of a shell in a folder of their own.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="input">Their standard input.</param>
    /// <param name="folder">The folder, or null for a new one.</param>
    internal Task<ProgramRun> RunAsync(string lines, string input = "", string? folder = null) =>
        ProgramRun.RunAsync("sh", ["-e", "-c", lines], folder ?? NewFolder(), Shell, input, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A new folder.</summary>
    internal string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;

    private async Task StartAsync(CancellationToken cancelled)
    {
        Directory.CreateDirectory(Home);
        _node = await NodeTarget.StartAsync(packages, Path.Combine(Home, "repositories"), cancelled);
        await MakeRepositoryAsync(cancelled);
        (_ssh, WhyNoSsh) = await SshServer.StartAsync(Home, cancelled);
        var ports = new Dictionary<int, EndPoint> { [HttpPort] = _node.Http, [WebSocketPort] = _node.WebSocket };
        if (_ssh is not null)
        {
            ports[SshPort] = _ssh.EndPoint;
        }

        string state = Path.Combine(_folder, "state");
        _gateway = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = ports },
            folder: Path.Combine(Directory.CreateDirectory(state).FullName, "klyntar-overlay"),
            cancellationToken: cancelled);
        Shell = new Dictionary<string, string>
        {
            ["XDG_STATE_HOME"] = state,
            ["PATH"] = string.Join(Path.PathSeparator, Programs(), AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH")),
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_SYSTEM"] = "/dev/null",
        };
    }

    // ssh looks for its configuration in the home of /etc/passwd, whatever the environment says.
    private string Programs()
    {
        string folder = NewFolder();
        string ssh = Path.Combine(folder, "ssh");
        File.WriteAllText(Path.Combine(Home, "config.more"), "");
        File.WriteAllText(ssh, $"""
            #!/bin/sh
            cat "{_ssh?.ClientConfiguration}" "{Home}/config.more" > "{folder}/config"
            PATH="{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}" exec ssh -F "{folder}/config" "$@"
            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private async Task MakeRepositoryAsync(CancellationToken cancellationToken)
    {
        string lines = $"""
            git init --quiet --initial-branch main work
            cd work
            echo {_node!.Nonce} > README
            git add README
            git -c user.name=node -c user.email=node@example.com commit --quiet --message "The node's number"
            git clone --quiet --bare . "{Home}/repositories/project.git"
            cd "{Home}/repositories/project.git"
            git update-server-info
            """;
        ProgramRun run = await RunAsync(lines);
        run.Exit.Should().Be(0, run.All);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
