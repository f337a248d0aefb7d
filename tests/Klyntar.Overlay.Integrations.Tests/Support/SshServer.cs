using System.Globalization;
using System.Net;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>An sshd of this user's on loopback, with keys of its own, that lets one user in.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    // A user of the server's own list, where it cannot run as the one who starts it: as root it would need a user and a folder of the system's.
    private const string User = "recipes";
    private const int UserId = 1000;

    private readonly HelperProcess _process;

    private SshServer(HelperProcess process, IPEndPoint endPoint, string user, string folder)
    {
        _process = process;
        EndPoint = endPoint;
        UserName = user;
        ClientConfiguration = Path.Combine(folder, "config");
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Whom it lets in.</summary>
    public string UserName { get; }

    /// <summary>A client's configuration with the key that it lets in, and nothing of this machine's user.</summary>
    public string ClientConfiguration { get; }

    /// <summary>Starts one.</summary>
    /// <param name="folder">Its folder, and the home of its user.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>It, or why this machine cannot have one.</returns>
    public static async Task<(SshServer? Server, string WhyNot)> StartAsync(string folder, CancellationToken cancellationToken)
    {
        (DebianPackage? package, string whyNot) = await DebianPackage.ObtainAsync("ssh", cancellationToken);
        if (package is null)
        {
            return (null, whyNot);
        }

        string user = Environment.IsPrivilegedProcess ? User : Environment.UserName;
        // sshd does not take "any port".
        var endPoint = new IPEndPoint(IPAddress.Loopback, LoopbackAddress.ChoosePorts(IPAddress.Loopback, 1)[0]);
        await WriteAsync(folder, package, endPoint, cancellationToken);
        (HelperProcess? process, string whyNotThis) = await ListeningProcess.StartAsync(Options(folder, package), line => line.StartsWith("Server listening on", StringComparison.Ordinal), cancellationToken);
        return process is null ? (null, whyNotThis) : (new SshServer(process, endPoint, user, folder), "");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task WriteAsync(string folder, DebianPackage package, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        foreach (string key in new[] { "host", "user" })
        {
            var environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = package.Libraries };
            ProgramRun made = await ProgramRun.RunAsync(
                package.PathOf("usr", "bin", "ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", Path.Combine(folder, key)], folder, environment, cancellationToken: cancellationToken);
            made.Exit.Should().Be(0, made.All);
        }

        // From OpenSSH 9.8 on, sshd is several programs, and looks for the others where they would be installed.
        string parts = string.Concat(new[] { ("SshdSessionPath", "sshd-session"), ("SshdAuthPath", "sshd-auth") }
            .Select(part => (part.Item1, Path: package.PathOf("usr", "lib", "openssh", part.Item2)))
            .Where(part => File.Exists(part.Path))
            .Select(part => $"{part.Item1} {part.Path}\n"));
        await File.WriteAllTextAsync(Path.Combine(folder, "sshd.conf"), $"""
            ListenAddress {endPoint}
            HostKey {Path.Combine(folder, "host")}
            AuthorizedKeysFile {Path.Combine(folder, "user.pub")}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UseDNS no
            {parts}
            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "passwd"), $"{User}:x:{UserId}:{UserId}::{folder}:/bin/sh\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), $"""
            BatchMode yes
            IdentitiesOnly yes
            IdentityFile {Path.Combine(folder, "user")}
            StrictHostKeyChecking no
            UserKnownHostsFile /dev/null
            GlobalKnownHostsFile /dev/null
            LogLevel ERROR

            """, cancellationToken);
    }

    private static HelperProcessOptions Options(string folder, DebianPackage package)
    {
        string[] server = [package.PathOf("usr", "sbin", "sshd"), "-D", "-e", "-f", Path.Combine(folder, "sshd.conf")];
        string[] all = Environment.IsPrivilegedProcess
            ?
            [
                "/bin/sh", "-c",
                """exec unshare --mount sh -c 'mount --bind "$1" /etc/passwd && exec unshare --user --map-user="$2" --map-group="$2" "$3" -D -e -f "$4"' sh "$1" "$2" "$3" "$4" """,
                "sh", Path.Combine(folder, "passwd"), UserId.ToString(CultureInfo.InvariantCulture), server[0], server[^1],
            ]
            : server;
        return new HelperProcessOptions
        {
            Name = "sshd",
            Program = new HelperProgram(all[0], "test"),
            Arguments = all[1..],
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = package.Libraries },
        };
    }
}
