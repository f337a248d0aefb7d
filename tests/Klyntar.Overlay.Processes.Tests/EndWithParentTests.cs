using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class EndWithParentTests
{
    public static TheoryData<string> EveryTether => Tethers.All;

    [Theory, MemberData(nameof(EveryTether))]
    public async Task No_helper_outlives_a_killed_parent(string tether)
    {
        using Process parent = Start(tether, 3, "killed");
        List<int> helpers = [];
        for (int i = 0; i < 3; i++)
        {
            helpers.Add(int.Parse((await parent.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
        }

        helpers.Should().OnlyContain(id => Processes.IsAlive(id));
        Processes.Kill(parent.Id);

        foreach (int helper in helpers)
        {
            Processes.AwaitGone(helper);
        }
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task No_helper_outlives_a_parent_killed_while_it_starts_them(string tether)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the helpers under /proc.");
        string marker = $"MARKER={Guid.NewGuid():N}";
        using Process parent = Start(tether, 10_000, marker["MARKER=".Length..]);
        for (int i = 0; i < 20; i++)
        {
            await parent.StandardOutput.ReadLineAsync();
        }

        Processes.Kill(parent.Id);
        await parent.WaitForExitAsync();

        Processes.AwaitNone(() => Processes.WithEnvironment(marker));
    }

    [Fact]
    public async Task A_helper_whose_parent_died_before_the_signal_was_asked_for_is_not_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The parent-death signal is Linux's.");
        ParentDeathSignal signal = (ParentDeathSignal)await Tethers.ByNameAsync(Tethers.Signal);
        ProcessStartInfo info = new() { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        signal.Command(info, parent: int.MaxValue, "/bin/echo", ["started"]);
        using Process process = await LauncherThread.Instance.StartAsync(info);
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        output.Should().BeEmpty();
        process.ExitCode.Should().Be(125);
    }

    [Fact]
    public async Task The_leash_leaves_no_watcher_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the watcher under /proc.");
        string marker = $"{Guid.NewGuid():N}";
        await using HelperProcess process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "sleeper",
                Program = new HelperProgram("/bin/sleep", "test"),
                Arguments = ["600"],
                Environment = new Dictionary<string, string> { ["MARKER"] = marker },
                WorkingDirectory = "/",
            },
            new Leash(),
            CancellationToken.None);

        await process.StopAsync();

        Processes.AwaitNone(() => Processes.WithEnvironment($"MARKER={marker}"));
    }

    private static Process Start(string tether, int count, string marker)
    {
        ProcessStartInfo info = new(Path.ChangeExtension(typeof(EndWithParentTests).Assembly.Location, null)) { RedirectStandardOutput = true };
        foreach (string argument in new[] { ParentProcess.Mode, tether, count.ToString(CultureInfo.InvariantCulture), marker })
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info)!;
    }
}
