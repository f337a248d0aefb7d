using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Starts and ends of networks.</summary>
[Collection(Networks.Name)]
public sealed class NetworkLifeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string NetworkFolder => Path.Combine(_folder, "network");

    private PrivateTorNetworkOptions Options => NetworkFixture.Options with { Folder = NetworkFolder };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_network_that_was_stopped_starts_again_as_it_was_and_without_a_vote()
    {
        ImmutableArray<string> torrc;
        await using (PrivateTorNetwork first = await PrivateTorNetwork.StartAsync(Options, Cancelled))
        {
            torrc = first.ClientTorrc;
            first.Timings.IsWarm.Should().BeFalse();
        }

        await using PrivateTorNetwork second = await PrivateTorNetwork.StartAsync(Options, Cancelled);
        TestContext.Current.TestOutputHelper!.WriteLine(PrivateTorNetworkTests.Describe(second.Timings));

        second.Timings.IsWarm.Should().BeTrue();
        second.ClientTorrc.Should().Equal(torrc);
        await AnOnionIsReachedAsync(second);
    }

    [Fact]
    public async Task A_network_whose_ports_were_taken_meanwhile_starts_on_others()
    {
        int taken;
        IPAddress address;
        await using (PrivateTorNetwork first = await PrivateTorNetwork.StartAsync(Options, Cancelled))
        {
            address = first.Address;
            string line = first.ClientTorrc.First(l => l.StartsWith("DirAuthority", StringComparison.Ordinal));
            taken = IPEndPoint.Parse(line.Split(' ')[4]).Port;
        }

        using var squatter = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        squatter.Bind(new IPEndPoint(address, taken));
        squatter.Listen();
        await using PrivateTorNetwork second = await PrivateTorNetwork.StartAsync(Options, Cancelled);

        second.Timings.IsWarm.Should().BeFalse();
        second.ClientTorrc.Should().NotContain(l => l.Contains($"{address}:{taken} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_are_made_for_the_first_network_and_kept_for_the_next()
    {
        PrivateTorNetworkOptions options = NetworkFixture.Options with { KeyCacheFolder = Path.Combine(_folder, "keys") };

        await using PrivateTorNetwork first = await PrivateTorNetwork.StartAsync(options, Cancelled);
        await using PrivateTorNetwork second = await PrivateTorNetwork.StartAsync(options, Cancelled);

        first.Timings.KeysFromCache.Should().BeFalse();
        second.Timings.KeysFromCache.Should().BeTrue();
        Fingerprints(second).Should().Equal(Fingerprints(first));
        second.Address.Should().NotBe(first.Address, "two networks live side by side");
    }

    [Fact]
    public async Task A_second_network_in_the_same_folder_is_refused_with_a_sentence()
    {
        await using PrivateTorNetwork first = await PrivateTorNetwork.StartAsync(Options, Cancelled);

        Func<Task> second = () => PrivateTorNetwork.StartAsync(Options, Cancelled);

        (await second.Should().ThrowAsync<OverlayException>()).WithMessage($"*{NetworkFolder}*in use*");
    }

    [Theory]
    [InlineData(SandboxStageKind.Authorities)]
    [InlineData(SandboxStageKind.Descriptors)]
    [InlineData(SandboxStageKind.Consensus)]
    public async Task A_start_that_is_given_up_leaves_no_process(SandboxStageKind when)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the processes under /proc.");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        PrivateTorNetworkOptions options = Options with { Progress = new Trigger(when, giveUp.Cancel) };

        Func<Task> start = () => PrivateTorNetwork.StartAsync(options, giveUp.Token);

        await start.Should().ThrowAsync<OperationCanceledException>();
        OtherProcesses.In(NetworkFolder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_start_that_takes_too_long_says_where_it_stood_and_what_tor_said()
    {
        PrivateTorNetworkOptions options = Options with { StartTimeout = TimeSpan.FromSeconds(1.5) };

        Func<Task> start = () => PrivateTorNetwork.StartAsync(options, Cancelled);

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The private Tor network was not up within 1.5 s; it was at '*'. Try again*");
        if (OperatingSystem.IsLinux())
        {
            OtherProcesses.In(NetworkFolder).Should().BeEmpty();
        }
    }

    [Fact]
    public async Task An_authority_that_dies_breaks_the_network_aloud()
    {
        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(Options, Cancelled);
        network.Broken.IsCompleted.Should().BeFalse();

        await network.KillAuthorityAsync(2);

        (await network.Broken.WaitAsync(TimeSpan.FromSeconds(10), Cancelled)).Should().StartWith("The sandbox's authority a2 ended (exit code 137).");
    }

    [Fact]
    public async Task A_network_that_is_stopped_is_not_broken_and_leaves_no_process()
    {
        PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(Options, Cancelled);

        await network.StopAsync();

        network.Broken.IsCompleted.Should().BeFalse();
        network.ProcessIds.Should().OnlyContain(id => !OtherProcesses.IsAlive(id));
    }

    [Fact]
    public async Task A_temporary_network_leaves_no_folder()
    {
        PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(NetworkFixture.Options, Cancelled);
        string folder = network.Folder;
        Directory.Exists(folder).Should().BeTrue();

        await network.DisposeAsync();

        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public async Task After_a_kill_of_its_owner_no_tor_lives_on()
    {
        (Process owner, int[] tors) = await NetworkOwner.StartAsync(NetworkOwner.Tor, NetworkFolder, Cancelled);
        using (owner)
        {
            tors.Should().HaveCount(5).And.OnlyContain(id => OtherProcesses.IsAlive(id));

            owner.Kill();

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            foreach (int id in tors)
            {
                await OtherProcesses.EndAsync(id, limit.Token);
            }
        }
    }

    [Fact]
    public async Task A_program_that_is_no_tor_is_reported_with_its_last_words()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        string script = Path.Combine(_folder, "tor");
        await File.WriteAllTextAsync(script, "#!/bin/sh\necho 'Nov 01 00:00:00.000 [err] I am not tor.'\nexit 3\n", Cancelled);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Func<Task> start = () => PrivateTorNetwork.StartAsync(Options with { TorPath = script }, Cancelled);

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The sandbox's tor a? ended while opening its control port (exit code 3). Its last words: *I am not tor.");
    }

    [Fact]
    public void Leftovers_of_killed_sandboxes_are_deleted_and_nothing_else()
    {
        string dead = Folder("klyntar-private-network-dead", TimeSpan.FromHours(1));
        string young = Folder("klyntar-private-network-young", TimeSpan.Zero);
        string other = Folder("klyntar-sandbox-else", TimeSpan.FromHours(1));
        using SandboxFolder held = SandboxFolder.Open(Folder("klyntar-private-network-held", TimeSpan.FromHours(1)));
        Directory.SetLastWriteTimeUtc(held.Path, DateTime.UtcNow - TimeSpan.FromHours(1));

        SandboxFolder.DeleteLeftovers(_folder);

        Directory.Exists(dead).Should().BeFalse();
        new[] { young, other, held.Path }.Should().OnlyContain(f => Directory.Exists(f));
    }

    private static async Task AnOnionIsReachedAsync(PrivateTorNetwork network)
    {
        await using PlainTorClient client = await network.StartClientAsync(Cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        string onion = await client.AddOnionAsync(new Dictionary<int, IPEndPoint> { [80] = node.EndPoint }, Cancelled);
        using HttpClient http = client.CreateHttpClient();
        node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), Cancelled)).Should().BeTrue();
    }

    private static IEnumerable<string> Fingerprints(PrivateTorNetwork network) =>
        network.ClientTorrc.Where(l => l.StartsWith("DirAuthority", StringComparison.Ordinal)).Select(l => l.Split(' ')[^1]);

    private string Folder(string name, TimeSpan age)
    {
        string path = Path.Combine(_folder, name);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        return path;
    }

    private sealed class Trigger(SandboxStageKind when, Action act) : IProgress<SandboxStage>
    {
        public void Report(SandboxStage value)
        {
            if (value.Kind == when && value.Took is null)
            {
                act();
            }
        }
    }
}
