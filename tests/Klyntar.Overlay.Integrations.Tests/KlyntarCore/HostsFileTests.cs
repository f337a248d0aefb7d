namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A program that knows of no gateway, proxy or hook, as KLYNTAR's core in Go: it has lines of a hosts file, and dials names.</summary>
public sealed class HostsFileTests(CorePlace place, NpmPackages packages) : IClassFixture<CorePlace>
{
    private const string Visit = """
        import websocket from 'websocket'
        const [host] = process.argv.slice(2)
        console.log(await (await fetch(`http://${host}:7332/`)).text())
        const client = new websocket.client()
        client.on('connectFailed', error => console.log(error.message))
        client.on('connect', connection => {
          connection.on('message', message => console.log(message.utf8Data) || connection.close())
          connection.sendUTF('hello')
        })
        client.connect(`ws://${host}:9999`, 'echo-protocol')
        """;

    [Fact]
    public async Task A_peer_is_reached_by_HTTP_and_WebSocket_with_lines_of_a_hosts_file_alone()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
        string hosts = Path.Combine(folder, "hosts");
        ProgramRun mounts = await ProgramRun.RunAsync("unshare", ["-r", "-m", "true"], folder, cancellationToken: cancelled);
        Assert.SkipUnless(mounts.Exit == 0, $"This machine lets nobody mount a hosts file of a program's own: {mounts.All}");
        await CliAsync("peers", "add", "bob", place.Onion, "--ports", "7332", "9999");

        await File.WriteAllTextAsync(hosts, (await CliAsync("peers", "list", "--hosts")).Output, cancelled);

        string program = packages.PathOf($"{Guid.NewGuid():n}.mjs");
        await File.WriteAllTextAsync(program, Visit, cancelled);
        ProgramRun run = await ProgramRun.RunAsync(
            "unshare", ["-r", "-m", "sh", "-c", """mount --bind "$1" /etc/hosts && exec node "$2" "$3" """, "sh", hosts, program, place.Onion], packages.Folder, cancellationToken: cancelled);
        run.Output.Should().Be($"node {place.Node.Nonce}\n\n{place.Node.Nonce} hello\n", run.All);
        File.Delete(program);
        Directory.Delete(folder, recursive: true);

        async Task<ProgramRun> CliAsync(params string[] arguments)
        {
            ProgramRun cli = await ProgramRun.RunAsync(Path.Combine(AppContext.BaseDirectory, "klyntar-overlay"), [.. arguments, "--data-folder", place.Near.DataFolder], folder, cancellationToken: cancelled);
            cli.Exit.Should().Be(0, cli.All);
            return cli;
        }
    }
}
