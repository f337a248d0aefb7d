using System.Diagnostics;

namespace Klyntar.Overlay.Sandbox.Tests;

/// <summary>Starts and ends of private I2P networks.</summary>
[Collection(Networks.Name)]
public sealed class I2PNetworkLifeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string NetworkFolder => Path.Combine(_folder, "network");

    private PrivateI2PNetworkOptions Options => I2pdProgram.Options with { Folder = NetworkFolder, AwaitsStream = false };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task After_a_kill_of_its_owner_no_router_lives_on()
    {
        (Process owner, int[] routers) = await NetworkOwner.StartAsync(NetworkOwner.I2P, NetworkFolder, Cancelled);
        using (owner)
        {
            routers.Should().ContainSingle().Which.Should().Match(id => OtherProcesses.IsAlive(id));

            owner.Kill();

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            await OtherProcesses.EndAsync(routers[0], limit.Token);
        }
    }

    [Fact]
    public async Task A_network_that_is_stopped_is_not_broken_and_leaves_no_process_nor_folder()
    {
        PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(Options with { Folder = null }, Cancelled);
        Directory.Exists(network.Folder).Should().BeTrue();

        await network.StopAsync();

        network.Broken.IsCompleted.Should().BeFalse();
        network.ProcessIds.Should().OnlyContain(id => !OtherProcesses.IsAlive(id));
        Directory.Exists(network.Folder).Should().BeFalse();
    }

    [Fact]
    public async Task A_router_that_dies_breaks_the_network_aloud_and_one_that_is_restarted_does_not()
    {
        await using PrivateI2PNetwork network = await PrivateI2PNetwork.StartAsync(Options, Cancelled);
        int former = network.ProcessIds[0];

        await network.RestartRouterAsync(0, Cancelled);

        OtherProcesses.IsAlive(former).Should().BeFalse();
        network.Broken.IsCompleted.Should().BeFalse();
        await using (PlainSamClient client = await network.StartClientAsync(cancellationToken: Cancelled))
        {
            client.Destination.Should().HaveLength(524);
        }

        using (Process router = Process.GetProcessById(network.ProcessIds[0]))
        {
            router.Kill();
        }

        (await network.Broken.WaitAsync(TimeSpan.FromSeconds(10), Cancelled)).Should().StartWith("The sandbox's router r0 ended (exit code 137).");
    }

    [Fact]
    public async Task A_folder_is_used_again_and_never_by_two()
    {
        await using (PrivateI2PNetwork first = await PrivateI2PNetwork.StartAsync(Options, Cancelled))
        {
            Func<Task> second = () => PrivateI2PNetwork.StartAsync(Options, Cancelled);
            (await second.Should().ThrowAsync<OverlayException>()).WithMessage($"*{NetworkFolder}*in use*");
        }

        await using PrivateI2PNetwork next = await PrivateI2PNetwork.StartAsync(Options, Cancelled);
        next.Folder.Should().Be(NetworkFolder);
    }

    [Theory]
    [InlineData(SandboxStageKind.Routers)]
    [InlineData(SandboxStageKind.Stream)]
    public async Task A_start_that_is_given_up_leaves_no_process(SandboxStageKind when)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the processes under /proc.");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        PrivateI2PNetworkOptions options = Options with { AwaitsStream = true, Progress = new Trigger(when, giveUp.Cancel) };

        Func<Task> start = () => PrivateI2PNetwork.StartAsync(options, giveUp.Token);

        await start.Should().ThrowAsync<OperationCanceledException>();
        OtherProcesses.In(NetworkFolder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_start_that_takes_too_long_says_where_it_stood()
    {
        Func<Task> start = () => PrivateI2PNetwork.StartAsync(Options with { AwaitsStream = true, StartTimeout = TimeSpan.FromSeconds(1) }, Cancelled);

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The private I2P network was not up within 1 s; it was at 'a stream through I2P is answered'. Try again*r0: *");
    }

    [Fact]
    public async Task Three_routers_with_an_i2pd_that_refuses_loopback_are_refused_with_the_reason()
    {
        PrivateI2PNetworkOptions options = Options with { Routers = 3 };
        HelperProgram i2pd = await options.Programs.FindAsync(options.I2pd, options.I2pdPath, Cancelled);
        Assert.SkipUnless(i2pd.Origin.Contains(" 2.4", StringComparison.Ordinal), $"This i2pd may be newer: {i2pd.Origin}.");

        Func<Task> start = () => PrivateI2PNetwork.StartAsync(options, Cancelled);

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("3 routers on one machine need i2pd 2.51 or later, and this is 2.4*");
    }

    [Fact]
    public async Task A_program_that_is_no_i2pd_is_reported_with_its_last_words()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        string script = Path.Combine(_folder, "i2pd");
        await File.WriteAllTextAsync(script, "#!/bin/sh\necho 'I am not i2pd.'\nexit 3\n", Cancelled);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Func<Task> start = () => PrivateI2PNetwork.StartAsync(Options with { I2pdPath = script }, Cancelled);

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The sandbox's i2pd r0 ended while opening its SAM bridge (exit code 3). Its last words: I am not i2pd.");
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
