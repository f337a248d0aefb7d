using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Processes.Tests;

public sealed class HelperProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> EveryTether => Tethers.All;

    [Theory, MemberData(nameof(EveryTether))]
    public async Task The_reported_id_is_the_programs_own(string tether)
    {
        Output output = new();
        await using HelperProcess process = await StartAsync(tether, output, "echo $$; exec sleep 600");

        (await output.NextAsync()).Should().Be($"{process.Id}");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task An_exit_code_is_reported_with_the_last_output(string tether)
    {
        await using HelperProcess process = await StartAsync(tether, null, "echo one; echo two >&2; exit 3");

        (await process.Exited.WaitAsync(Patience)).Should().Be(new HelperExit(3, WasStopped: false));
        process.RecentOutput.Should().BeEquivalentTo("one", "two");
    }

    [Fact]
    public async Task What_a_message_would_show_of_the_output_is_redacted_and_the_listener_hears_it_whole()
    {
        Output output = new();
        HelperProcessOptions options = Shell(output, "echo secret one; echo secret two") with { Redact = line => line.Replace("secret", "…", StringComparison.Ordinal) };
        await using HelperProcess process = await HelperProcess.StartAsync(options, TestContext.Current.CancellationToken);
        await process.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);

        process.RecentOutput.Should().Equal("… one", "… two");
        output.Lines.Should().Equal("secret one", "secret two");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task A_process_ended_by_a_signal_has_128_and_its_number_as_exit_code(string tether)
    {
        await using HelperProcess process = await StartAsync(tether, null, "kill -9 $$");

        (await process.Exited.WaitAsync(Patience)).Should().Be(new HelperExit(137, WasStopped: false));
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Arguments_arrive_as_they_are(string tether)
    {
        Output output = new();
        string[] odd = ["a b", "", "$HOME", "`id`", "it's", "\"", "*", "--", "-n", "ü€", "two\nlines"];
        await using HelperProcess process = await StartAsync(tether, output, """for a in "$@"; do printf '<%s>' "$a"; done; echo; echo end""", odd);
        await process.Exited.WaitAsync(Patience);

        string.Join('\n', output.Lines).Should().Be(string.Concat(odd.Select(a => $"<{a}>")) + "\nend");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Nothing_of_our_environment_goes_along_but_path_home_and_language(string tether)
    {
        Environment.SetEnvironmentVariable("KLYNTAR_TEST_SECRET", "secret");
        Output output = new();
        HelperProcessOptions options = Shell(output, "env") with
        {
            Program = new HelperProgram("/usr/bin/env", "test") { Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("OF_PROGRAM", "1") },
            Arguments = [],
            Environment = new Dictionary<string, string> { ["OF_OPTIONS"] = "2" },
        };
        await using HelperProcess process = await HelperProcess.StartAsync(options, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await process.Exited.WaitAsync(Patience);

        // What a shell adds of its own is no secret of ours.
        output.Lines.Select(line => line.Split('=')[0]).Except(["PWD", "SHLVL", "_", "OLDPWD"])
            .Should().BeEquivalentTo("PATH", "HOME", "LANG", "OF_PROGRAM", "OF_OPTIONS");
        output.Lines.Should().Contain("LANG=C.UTF-8");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Standard_input_is_what_was_given_and_then_ends(string tether)
    {
        Output output = new();
        await using HelperProcess process = await HelperProcess.StartAsync(
            Shell(output, "cat; echo end") with { Input = "pass $HOME `id`\\n\nüx\n" }, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await process.Exited.WaitAsync(Patience);

        output.Lines.Should().Equal("pass $HOME `id`\\n", "üx", "end");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Without_input_standard_input_is_at_its_end(string tether)
    {
        Output output = new();
        await using HelperProcess process = await StartAsync(tether, output, "cat; echo end");
        await process.Exited.WaitAsync(Patience);

        output.Lines.Should().Equal("end");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Standard_input_that_is_held_neither_ends_nor_says_anything(string tether)
    {
        Output output = new();
        await using HelperProcess process = await HelperProcess.StartAsync(
            Shell(output, "timeout 0.3 cat; echo $?") with { HoldsInput = true }, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await process.Exited.WaitAsync(Patience);

        const string StillWaiting = "124";
        output.Lines.Should().Equal(StillWaiting);
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task A_process_whose_input_is_held_is_asked_to_end_like_any_other(string tether)
    {
        Output output = new();
        await using HelperProcess process = await HelperProcess.StartAsync(
            Shell(output, "echo ready; exec cat") with { HoldsInput = true }, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await output.NextAsync();

        await process.StopAsync().WaitAsync(Patience);

        (await process.Exited).WasStopped.Should().BeTrue();
    }

    [Fact]
    public async Task Input_that_is_held_has_no_text()
    {
        Func<Task> start = async () => await HelperProcess.StartAsync(Shell(null, "cat") with { HoldsInput = true, Input = "text\n" });

        await start.Should().ThrowAsync<ArgumentException>();
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Error_output_is_told_apart_where_somebody_listens_to_it(string tether)
    {
        Output output = new();
        Output errors = new();
        await using HelperProcess process = await HelperProcess.StartAsync(
            Shell(output, "echo said; echo wrong >&2") with { OnErrorOutput = errors.Add }, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await process.Exited.WaitAsync(Patience);

        output.Lines.Should().Equal("said");
        errors.Lines.Should().Equal("wrong");
        process.RecentOutput.Should().BeEquivalentTo("said", "wrong");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Stopping_asks_first(string tether)
    {
        Output output = new();
        await using HelperProcess process = await StartAsync(tether, output, "trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        await output.NextAsync();

        await process.StopAsync().WaitAsync(Patience);

        (await process.Exited).Should().Be(new HelperExit(7, WasStopped: true));
        process.RecentOutput.Should().Equal("ready", "asked");
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task A_process_that_does_not_listen_is_killed_after_the_grace(string tether)
    {
        FakeTimeProvider clock = new();
        Output output = new();
        await using HelperProcess process = await HelperProcess.StartAsync(
            Shell(output, "trap 'echo heard' TERM; echo ready; while :; do sleep 0.05; done") with { Clock = clock }, await Tethers.ByNameAsync(tether), CancellationToken.None);
        await output.NextAsync();
        Task stopping = process.StopAsync();
        (await output.NextAsync()).Should().Be("heard");
        stopping.IsCompleted.Should().BeFalse();

        clock.Advance(TimeSpan.FromSeconds(5));

        await stopping.WaitAsync(Patience);
        (await process.Exited).Should().Be(new HelperExit(137, WasStopped: true));
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task Stopping_may_be_repeated_and_comes_too_late_without_harm(string tether)
    {
        await using HelperProcess process = await StartAsync(tether, null, "exit 0");
        await process.Exited.WaitAsync(Patience);

        await process.StopAsync();
        await process.StopAsync();
        await process.DisposeAsync();

        (await process.Exited).Should().Be(new HelperExit(0, WasStopped: false));
    }

    [Theory, MemberData(nameof(EveryTether))]
    public async Task A_grandchild_that_keeps_the_pipe_open_does_not_hold_up_the_end(string tether)
    {
        Output output = new();
        HelperProcess process = await StartAsync(tether, output, "setsid sleep 600 & echo $!; echo last; exit 0");
        await process.Exited.WaitAsync(Patience);

        output.Lines.Should().HaveCount(2).And.HaveElementAt(1, "last");
        Processes.Kill(int.Parse(output.Lines[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Children_of_the_process_end_with_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Process groups of helpers exist where setsid does.");
        Output output = new();
        HelperProcess process = await StartAsync(Tethers.Signal, output, "sleep 600 & echo $!; wait");
        int child = int.Parse(await output.NextAsync(), System.Globalization.CultureInfo.InvariantCulture);

        await process.StopAsync().WaitAsync(Patience);

        Processes.AwaitGone(child);
    }

    [Fact]
    public async Task A_listener_that_hangs_hangs_neither_the_process_nor_its_end()
    {
        using ManualResetEventSlim hang = new();
        HelperProcessOptions options = Shell(null, "i=0; while [ $i -lt 4000 ]; do echo line $i; i=$((i+1)); done; exit 4") with { OnOutput = _ => hang.Wait() };
        await using HelperProcess process = await HelperProcess.StartAsync(options);

        (await process.Exited.WaitAsync(Patience)).ExitCode.Should().Be(4);
        process.RecentOutput.Should().HaveCount(50).And.EndWith("line 3999");
        hang.Set();
    }

    [Fact]
    public async Task What_a_listener_throws_is_told_by_the_exit()
    {
        TaskCompletionSource told = new();
        HelperProcessOptions options = Shell(null, "echo one; sleep 600") with
        {
            OnOutput = _ =>
            {
                told.SetResult();
                throw new InvalidOperationException("of the listener");
            },
        };
        HelperProcess process = await HelperProcess.StartAsync(options);
        await told.Task.WaitAsync(Patience);
        await process.StopAsync().WaitAsync(Patience);

        await process.Invoking(p => p.Exited).Should().ThrowAsync<InvalidOperationException>().WithMessage("of the listener");
    }

    [Fact]
    public async Task Every_line_of_a_flood_arrives_where_the_listener_keeps_up()
    {
        Output output = new();
        await using HelperProcess process = await HelperProcess.StartAsync(Shell(output, "seq 200000"));
        await process.Exited.WaitAsync(Patience);

        output.Lines.Should().HaveCount(200_000).And.EndWith("200000");
    }

    [Fact]
    public async Task A_missing_program_is_named_with_the_next_step() =>
        (await Refusal(Shell(null, "") with { Program = new HelperProgram("/nowhere/tor", "configured") }))
            .Should().Be("tor cannot be started: /nowhere/tor (configured) does not exist. Install it again, or correct its path in the configuration.");

    [Fact]
    public async Task A_program_that_is_a_folder_is_refused() =>
        (await Refusal(Shell(null, "") with { Program = new HelperProgram("/usr/bin", "configured") })).Should().Contain("/usr/bin (configured) is a folder");

    [Fact]
    public async Task A_program_that_is_not_executable_is_refused() =>
        (await Refusal(Shell(null, "") with { Program = new HelperProgram("/etc/passwd", "configured") })).Should().Contain("is not executable by this user");

    [Fact]
    public async Task A_missing_working_folder_is_refused() =>
        (await Refusal(Shell(null, "") with { WorkingDirectory = "/nowhere" })).Should().Contain("its folder /nowhere does not exist");

    [Theory, MemberData(nameof(EveryTether))]
    public async Task A_file_that_is_no_program_ends_with_a_word_about_it(string tether)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0]);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await using HelperProcess process = await HelperProcess.StartAsync(
                Shell(null, "") with { Program = new HelperProgram(file, "test") }, await Tethers.ByNameAsync(tether), CancellationToken.None);

            (await process.Exited.WaitAsync(Patience)).ExitCode.Should().NotBe(0);
            process.RecentOutput.Should().NotBeEmpty();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> Refusal(HelperProcessOptions options)
    {
        Func<Task> start = async () => await HelperProcess.StartAsync(options with { Name = "tor" });
        return (await start.Should().ThrowAsync<OverlayException>()).Which.Message;
    }

    private static async Task<HelperProcess> StartAsync(string tether, Output? output, string script, params string[] arguments) =>
        await HelperProcess.StartAsync(Shell(output, script, arguments), await Tethers.ByNameAsync(tether), CancellationToken.None);

    private static HelperProcessOptions Shell(Output? output, string script, params string[] arguments) => new()
    {
        Name = "shell",
        Program = new HelperProgram("/bin/sh", "test"),
        Arguments = ["-c", script, "sh", .. arguments],
        WorkingDirectory = "/",
        OnOutput = output is null ? null : output.Add,
    };
}
