using System.Runtime.Versioning;
using System.Text.Json;
using Klyntar.Overlay.Gateway.Tests;

namespace Klyntar.Overlay.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class TransportsTests : IDisposable
{
    private readonly CliHome _home = new();
    private readonly PluginLab _lab = new();

    private string Plugins => _home.File("share/klyntar-overlay/transports");

    public void Dispose()
    {
        _home.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public async Task Every_transport_is_listed_configured_or_not()
    {
        _home.Write("overlay.json", """{ "transports": { "tor": false, "loopback": {} } }""");

        CliResult listed = await _home.RunAsync("transports", "list");

        listed.ExitCode.Should().Be(0, listed.Error);
        listed.Output.Should().MatchRegex("(?m)^loopback +on +built in +[A-Z]").And.MatchRegex("(?m)^tor +off +built in +[A-Z]").And.MatchRegex("(?m)^zeronet +off ");
        listed.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_is_checked_added_listed_described_and_run()
    {
        string source = _lab.Make(new PluginCode());
        CliResult check = await _home.RunAsync("transports", "check", source);
        check.ExitCode.Should().Be(0, check.Error + check.Output);
        check.Output.Should().Contain("✔ It loads, and its transport is echo.").And.Contain("✔ It claims no name of others.").And.NotContain("✘");

        CliResult added = await _home.RunAsync("transports", "add", source);
        added.ExitCode.Should().Be(0, added.Error);
        added.Output.Should().Be($"echo 1.2.3 is in {Plugins}/echo.\n");
        added.Error.Should().Contain("""  "transports": { "echo": {} }""");

        JsonElement listed = JsonDocument.Parse((await _home.RunAsync("transports", "list", "--json")).Output).RootElement;
        JsonElement echo = listed.EnumerateArray().Single(e => e.GetProperty("name").GetString() == "echo");
        echo.GetProperty("state").GetString().Should().Be("off");
        echo.GetProperty("isBuiltIn").GetBoolean().Should().BeFalse();
        string hash = echo.GetProperty("sha256").GetString()!;

        _home.Write("overlay.json", $$"""{ "transports": { "tor": false, "echo": {} }, "plugins": { "pinned": { "echo": "{{hash}}" } }, "socks": [{ "listen": "127.0.0.1:0" }] }""");
        (await _home.RunAsync("transports", "info", "echo")).Output.Should().Be($"""
            echo 1.2.3
              Echoes whatever is sent.
              folder        {Plugins}/echo
              contract      0.1.0, and this gateway has 0.1.0
              sha256        {hash}, pinned
              state         on
              names         .echo
              can           dial, half-close
              options       buffer: How many bytes wait. Default: 4096.

            """);
        (await _home.RunAsync("transports", "check", "echo")).Output.Should().StartWith($"✔ Nobody else can change it; its SHA-256 is {hash}, as pinned.\n");
        (await _home.RunAsync("transports", "schema")).Output.Should().Contain("How many bytes wait.");

        await using CliProcess gateway = _home.Start("up");
        await gateway.LineAsync("SOCKS");
        await using CliProcess dial = _home.Start("dial", "some.echo:7");
        await dial.Input.WriteAsync("hello\n"u8.ToArray());
        await dial.Input.FlushAsync();
        (await dial.LineAsync("hello")).Should().Be("hello");
    }

    [Theory]
    [InlineData("new Thread(Fail).Start();")]
    [InlineData("ThreadPool.QueueUserWorkItem(Fail);")]
    [InlineData("_ = new Timer(Fail, null, 0, Timeout.Infinite);")]
    [InlineData("Stray(); static async void Stray() { await Task.Yield(); Fail(null); }")]
    public async Task An_exception_that_a_plugin_catches_nowhere_is_its_fault_and_not_the_gateways_end(string stray)
    {
        string source = _lab.Make(new PluginCode { Dial = $"{stray} static void Fail(object state) => throw new InvalidOperationException(\"a bug\");" });
        (await _home.RunAsync("transports", "add", source)).ExitCode.Should().Be(0);
        _home.Write("overlay.json", """{ "transports": { "tor": false, "echo": {} }, "socks": [{ "listen": "127.0.0.1:0" }] }""");
        await using CliProcess gateway = _home.Start("up");
        await gateway.LineAsync("SOCKS");

        for (int dial = 0; dial < 2; dial++)
        {
            await using CliProcess dialled = _home.Start("dial", "some.echo:7");
            await dialled.Input.WriteAsync("hello\n"u8.ToArray());
            await dialled.Input.FlushAsync();
            (await dialled.LineAsync("hello")).Should().Be("hello");
        }

        await gateway.ErrorLineAsync("echo caught no exception");
        (await _home.RunAsync("status")).Output.Should().MatchRegex("of its own threw an exception (once|2 times), and has ended: InvalidOperationException, a bug\\.");
        gateway.Signal(CliProcess.Terminate);
        (await gateway.ExitAsync()).Should().Be(0);
    }

    [Fact]
    public async Task The_hash_is_what_usual_programs_print()
    {
        string source = _lab.Make(new PluginCode());
        File.WriteAllText(Path.Join(source, "README"), "hello");
        File.SetUnixFileMode(Path.Join(source, "README"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", "find . -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"])
        {
            WorkingDirectory = source,
            RedirectStandardOutput = true,
        })!;
        string printed = (await shell.StandardOutput.ReadToEndAsync())[..64];

        (await _home.RunAsync("transports", "check", source)).Output.Should().Contain(printed);
    }

    [Fact]
    public async Task A_plugin_is_replaced_only_when_that_is_asked_for_and_nothing_is_left_behind()
    {
        string source = _lab.Make(new PluginCode());
        (await _home.RunAsync("transports", "add", source)).ExitCode.Should().Be(0);
        CliResult again = await _home.RunAsync("transports", "add", source);
        again.ExitCode.Should().Be(1);
        again.Error.Should().Contain($"There is a plugin echo in {Plugins}/echo already. --replace puts this one in its place.");

        (await _home.RunAsync("transports", "add", source, "--replace")).ExitCode.Should().Be(0);

        Directory.EnumerateFileSystemEntries(Plugins).Should().Equal(Path.Join(Plugins, "echo"));
        File.GetUnixFileMode(Path.Join(Plugins, "echo", "echo.dll")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_plugin_that_others_could_write_can_be_added_since_the_copy_is_ours()
    {
        string source = _lab.Make(new PluginCode());
        File.SetUnixFileMode(Path.Join(source, "echo.dll"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);

        (await _home.RunAsync("transports", "add", source)).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task What_is_no_plugin_is_refused_and_nothing_is_copied()
    {
        PluginLab.MakeFolder(_lab.FolderOf("empty"));

        CliResult added = await _home.RunAsync("transports", "add", _lab.FolderOf("empty"));

        added.ExitCode.Should().Be(1);
        added.Error.Should().StartWith("klyntar-overlay: No assembly in it names a transport");
        Directory.Exists(Plugins).Should().BeFalse();
    }

    [Fact]
    public async Task A_plugin_with_the_name_of_a_transport_that_is_built_in_is_not_copied()
    {
        CliResult added = await _home.RunAsync("transports", "add", _lab.Make(new PluginCode { Name = "tor" }));

        added.ExitCode.Should().Be(1);
        added.Error.Should().Contain("A transport named tor comes with the gateway. Its author must rename it.");
        Directory.EnumerateFileSystemEntries(Plugins).Should().BeEmpty();
    }

    [Fact]
    public async Task A_check_says_which_names_of_others_a_plugin_claims()
    {
        string source = _lab.Make(new PluginCode { Parse = "if (!host.EndsWith(\".echo\")) return ParsedHost.Valid(new EchoEndPoint(\"all\", port));" });

        CliResult check = await _home.RunAsync("transports", "check", source);

        check.ExitCode.Should().Be(1);
        check.Output.Should().Contain("✘ It claims names that are not its own: example.com, localhost, 127.0.0.1, ");
    }

    [Fact]
    public async Task A_plugin_that_throws_when_it_is_asked_for_names_is_not_said_to_claim_none_and_its_exception_is_shown()
    {
        string source = _lab.Make(new PluginCode { Parse = "throw new InvalidOperationException(\"a bug\");" });

        CliResult check = await _home.RunAsync("transports", "check", source);

        check.ExitCode.Should().Be(1);
        check.Output.Should().NotContain("It claims no name of others").And.Contain("✘ Parse threw an exception 8 times: InvalidOperationException, a bug.");
        check.Error.Should().Contain("at Sample.EchoTransport.Parse(");
    }

    [Fact]
    public async Task What_a_plugin_writes_to_the_console_does_not_get_into_a_commands_results()
    {
        string source = _lab.Make(new PluginCode { Constructor = "for (int i = 0; i < 500; i++) Console.WriteLine(\"\\u001b[2Jnoise {0}\", i);" });
        (await _home.RunAsync("transports", "add", source)).ExitCode.Should().Be(0);

        CliResult listed = await _home.RunAsync("transports", "list", "--json");

        JsonDocument.Parse(listed.Output).RootElement.GetArrayLength().Should().BeGreaterThan(3);
        string[] lines = listed.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(101);
        lines[0].Should().Be("A plugin wrote:  [2Jnoise 0");
        lines[^1].Should().StartWith("Plugins write more than that to the terminal");
    }

    [Fact]
    public async Task A_refused_plugin_is_listed_with_the_reason()
    {
        (await _home.RunAsync("transports", "add", _lab.Make(new PluginCode()))).ExitCode.Should().Be(0);
        File.SetUnixFileMode(Path.Join(Plugins, "echo", "echo.dll"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        (await _home.RunAsync("transports", "list")).Output.Should().MatchRegex("(?m)^echo +refused +plugin +.*echo\\.dll can be written by others");
        CliResult asked = await _home.RunAsync("transports", "info", "echo");
        asked.ExitCode.Should().Be(1);
        asked.Error.Should().Contain("is not run.").And.Contain("can be written by others");
    }
}
