using System.Collections.Immutable;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Programs that are no pluggable transports, or bad ones: each is named in the status, and run again.</summary>
public sealed class BadProgramTests
{
    private const string Greeting = "echo VERSION 1;";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 3", "sh ended with exit code 3, without a word.")]
    [InlineData("echo no such option; exit 1", "sh ended with exit code 1; its last output: no such option.")]
    [InlineData("kill -9 $$", "sh was ended by SIGKILL, without a word.")]
    [InlineData(Greeting + "exit 0", "sh ended with exit code 0; its last output: VERSION 1.")]
    [InlineData("echo VERSION-ERROR no-version;" + Scripted.Stay, "sh speaks no version of the protocol that is spoken here (VERSION-ERROR no-version). Check transports.pt.programs.")]
    [InlineData("echo ENV-ERROR nothing works in 192.0.2.1;" + Scripted.Stay, "sh does not accept its environment: nothing works in …. Check")]
    [InlineData(Greeting + "echo CMETHOD meek socks5 127.0.0.1:1;" + Scripted.Stay, "sh offers meek, which it was not asked for.")]
    [InlineData(Greeting + "echo CMETHOD obfs4 socks4 127.0.0.1:1;" + Scripted.Stay, "sh offers obfs4 by socks4, and only socks5 is spoken here.")]
    [InlineData(Greeting + "echo CMETHOD obfs4 socks5 192.0.2.1:1;" + Scripted.Stay, "sh offers a method at an address that is not this machine's alone.")]
    [InlineData(Greeting + "echo CMETHODS DONE;" + Scripted.Stay, "sh offers no obfs4.")]
    [InlineData("while :; do echo spam; done", "sh said more than 256 lines before it was ready.")]
    [InlineData("head -c 100000 /dev/zero | tr '\\0' x; echo;" + Scripted.Stay, "sh said a line of more than 4096 characters.")]
    public async Task What_is_wrong_is_said_in_the_status(string script, string says)
    {
        await using Scripted scripted = await Scripted.StartAsync(script);

        (await scripted.AwaitAsync(says)).Should().StartWith("starting");
    }

    [Theory]
    [InlineData(Scripted.Stay, "It has said nothing: perhaps it is no pluggable transport.")]
    [InlineData("while :; do echo CMETHODS DONE >&2; sleep 0.01; done", "It has said nothing: perhaps it is no pluggable transport.")]
    public async Task A_program_that_is_never_ready_is_given_up_after_a_while(string script, string says)
    {
        var clock = new WatchedClock();
        await using Scripted scripted = await Scripted.StartAsync(script, clock);
        await clock.PassAsync(PtProcess.Patience);

        (await scripted.AwaitAsync(says)).Should().Contain("sh was not ready to offer obfs4 within 20 s.");
    }

    [Fact]
    public async Task A_program_that_begins_to_speak_and_does_not_end_is_told_from_one_that_is_silent()
    {
        var clock = new WatchedClock();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Scripted scripted = await Scripted.StartAsync(
            Greeting + "echo CMETHOD obfs4 socks5 127.0.0.1:1; echo 'LOG SEVERITY=error MESSAGE=begun';" + Scripted.Stay,
            clock,
            output: line => _ = line.EndsWith("sh: begun", StringComparison.Ordinal) && begun.TrySetResult());
        await begun.Task.WaitAsync(Cancelled);
        await clock.PassAsync(PtProcess.Patience);

        await scripted.AwaitAsync("It has begun to, and not come to an end.");
    }

    [Theory]
    [InlineData("/nowhere/obfs4proxy", "does not exist")]
    [InlineData("/etc/passwd", "is not executable")]
    public async Task A_program_that_cannot_be_started_is_named_with_where_it_is_configured(string path, string says)
    {
        await using Scripted scripted = await Scripted.StartAsync("", path: path);

        (await scripted.AwaitAsync(says)).Should().Contain(path).And.Contain("transports.pt.programs.obfs4");
    }

    [Fact]
    public async Task A_program_that_is_found_nowhere_fails_the_start()
    {
        using var context = new TestTransportContext();
        await using var transport = new PluggableTransport(new PluggableOptions());

        Func<Task> start = () => transport.StartAsync(context, Cancelled);

        await start.Should().ThrowAsync<OverlayException>();
        transport.Status.Current.Should().BeOfType<TransportStatus.Failed>();
    }

    [Fact]
    public async Task A_program_that_fails_at_first_and_dies_later_is_started_again_and_again()
    {
        // Each run leaves a file; the first fails, the second is ready and dies, the third stays.
        const string Script = """
            n=$(ls "$TOR_PT_STATE_LOCATION" | wc -l); : > "$TOR_PT_STATE_LOCATION/$n"
            [ "$n" -gt 0 ] || exit 1
            echo VERSION 1; echo CMETHOD obfs4 socks5 127.0.0.1:1; echo CMETHODS DONE
            [ "$n" -gt 1 ] || { sleep 0.2; exit 1; }
            exec cat
            """;
        await using Scripted scripted = await Scripted.StartAsync(Script);

        await scripted.AwaitAsync(static status => status is TransportStatus.Starting { What: var what } && what.Contains("exit code 1", StringComparison.Ordinal));
        await scripted.AwaitAsync(static status => status.IsReady);
        await scripted.AwaitAsync(static status => status is TransportStatus.Degraded { Why: var why } && why.Contains("exit code 1", StringComparison.Ordinal));
        await scripted.AwaitAsync(static status => status.IsReady);
    }

    [Fact]
    public async Task A_program_that_floods_its_error_output_is_of_use_all_the_same()
    {
        await using Scripted scripted = await Scripted.StartAsync("(yes CMETHOD-ERROR obfs4 >&2) & " + Scripted.Client(1));

        await scripted.AwaitAsync(static status => status.IsReady);
    }

    [Fact]
    public async Task A_program_is_told_what_the_specification_says_and_nothing_else()
    {
        await using Scripted scripted = await Scripted.StartAsync("env > \"$TOR_PT_STATE_LOCATION/env\"; " + Scripted.Client(1));
        await scripted.AwaitAsync(static status => status.IsReady);
        string folder = Path.Join(scripted.Context.Folder, "programs", "client-obfs4");
        Dictionary<string, string> variables = (await File.ReadAllLinesAsync(Path.Join(folder, "env"), Cancelled)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        variables.Where(pair => pair.Key.StartsWith("TOR_PT_", StringComparison.Ordinal)).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["TOR_PT_MANAGED_TRANSPORT_VER"] = "1",
            ["TOR_PT_STATE_LOCATION"] = folder + "/",
            ["TOR_PT_EXIT_ON_STDIN_CLOSE"] = "1",
            ["TOR_PT_CLIENT_TRANSPORTS"] = "obfs4",
        });
        variables.Keys.Where(name => !name.StartsWith("TOR_PT_", StringComparison.Ordinal)).Should().BeSubsetOf(["PATH", "HOME", "LANG", "PWD", "SHLVL", "_", "OLDPWD"]);
        File.GetUnixFileMode(folder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("SMETHOD obfs4 $at ARGS:cert=8KVM4NWvmbNn3jtoSfpPsZZpeaY8PZ9x/CdkyANHsqcbQXecU1R8ic2ak484S7c9hh/zOg", "sh listens under another key than the service's")]
    [InlineData("SMETHOD obfs4 $at", "sh listens under another key than the service's")]
    [InlineData("SMETHOD obfs4 127.0.0.1:1", "sh listens at another address than it was told.")]
    [InlineData("SMETHOD-ERROR obfs4 listen tcp 127.0.0.1:1: address already in use", "sh cannot offer obfs4: listen tcp …: address already in use. Check that nobody else listens at the service's address")]
    public async Task A_server_that_is_of_no_use_is_told_in_its_services_status(string line, string says)
    {
        string script = $"""
            if [ "$TOR_PT_CLIENT_TRANSPORTS" = obfs4 ]; then {Scripted.Client(1)}; fi
            at=$(printf %s "$TOR_PT_SERVER_BINDADDR" | cut -d- -f2-)
            echo VERSION 1; echo "{line}"; echo SMETHODS DONE; {Scripted.Stay}
            """;
        await using Scripted scripted = await Scripted.StartAsync(script);
        PublishResult result = await scripted.Transport.PublishAsync(
            new ServiceDefinition { Name = "bad", Identity = scripted.Transport.Identities.Create(), Ports = ImmutableArray.Create(80) }, Cancelled);

        await foreach (ServiceStatus status in result.Service!.Status.WatchAsync(Cancelled))
        {
            status.IsPublished.Should().BeFalse();
            if (status.ToString().Contains(says, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail("The status ended before it told what is wrong.");
    }
}
