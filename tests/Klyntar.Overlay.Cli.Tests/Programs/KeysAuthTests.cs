using System.Runtime.Versioning;

namespace Klyntar.Overlay.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class KeysAuthTests : IDisposable
{
    // Made by OpenSSL 3.0 for this test, and published with it: never anybody's key.
    private const string Private = "7DPB4KFPELPJKRLUDSJLAS2HCEF74D4ARNTGFQAASNLAOPK3BZMA";
    private const string Public = "descriptor:x25519:HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ";
    private const string Label = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad";

    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_new_key_is_kept_for_its_owner_alone_and_its_public_part_is_all_that_is_printed()
    {
        CliResult made = await _home.RunAsync("keys", "auth", "new", "alice");
        made.ExitCode.Should().Be(0, made.Error);
        made.Output.Should().MatchRegex("^descriptor:x25519:[A-Z2-7]{52}\n$");
        made.Error.Should().Contain("no secret").And.Contain("\"clientAuth\"").And.Contain("\"alice\"");

        string file = Path.Join(_home.DataFolder, "keys", "tor-auth", "alice");
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string secret = File.ReadAllText(file);
        secret.Should().MatchRegex("^x25519:[A-Za-z0-9+/]{43}=$");
        (made.Output + made.Error).Should().NotContain(secret[7..]);
        (await _home.RunAsync("keys", "auth", "list")).Output.Should().Be($"tor  alice  {made.Output}");
        (await _home.RunAsync("keys", "list")).Output.Should().BeEmpty("it is no identity");

        CliResult again = await _home.RunAsync("keys", "auth", "new", "alice");
        again.ExitCode.Should().Be(1);
        again.Error.Should().Contain("never overwritten");
    }

    [Fact]
    public async Task A_key_moves_between_tor_and_the_key_folder()
    {
        string file = _home.Write("a.auth_private", $"{Label}:descriptor:x25519:{Private}\n");
        CliResult import = await _home.RunAsync("keys", "auth", "import", "alice", file);
        import.Output.Should().Be(Public + "\n");
        import.Error.Should().Contain($"{Label}.onion", "the file names its service").And.NotContain(Private);

        string exported = _home.File("b.auth_private");
        CliResult export = await _home.RunAsync("keys", "auth", "export", "alice", exported, "--for", $"{Label}.onion");
        export.ExitCode.Should().Be(0, export.Error);
        File.ReadAllText(exported).Should().Be($"{Label}:descriptor:x25519:{Private.ToLowerInvariant()}\n");
        File.GetUnixFileMode(exported).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        string publicFile = _home.File("alice.auth");
        (await _home.RunAsync("keys", "auth", "export", "alice", publicFile, "--public")).ExitCode.Should().Be(0);
        File.ReadAllText(publicFile).Should().Be(Public + "\n");

        (await _home.RunAsync("keys", "auth", "import", "bare", _home.Write("onionshare", Private))).Output.Should().Be(Public + "\n");
    }

    [Fact]
    public async Task A_services_file_becomes_a_line_of_the_configuration_and_nothing_is_kept()
    {
        CliResult import = await _home.RunAsync("keys", "auth", "import", "bob", _home.Write("bob.auth", Public));

        import.ExitCode.Should().Be(0, import.Error);
        import.Output.Should().Be($"\"bob\": \"{Public}\"\n");
        import.Error.Should().Contain("\"clients\"").And.Contain("Nothing was kept");
        Directory.Exists(_home.DataFolder).Should().BeFalse();
    }

    [Fact]
    public async Task The_list_tells_which_service_each_key_is_for_and_which_key_is_missing()
    {
        await _home.RunAsync("keys", "auth", "import", "alice", _home.Write("a", Private));
        string config = _home.Write("config.json", $$"""{ "transports": { "tor": { "clientAuth": { "{{Label}}.onion": "alice" } } } }""");
        (await _home.RunAsync("keys", "auth", "list", "--config", config)).Output.Should().Be($"tor  alice  {Public}  {Label}.onion\n");

        _home.Write("config.json", $$"""{ "transports": { "tor": { "clientAuth": { "{{Label}}.onion": "carol" } } } }""");
        CliResult missing = await _home.RunAsync("keys", "auth", "list", "--config", config);
        missing.ExitCode.Should().Be(1);
        missing.Output.Should().Be($"tor  alice  {Public}\n");
        missing.Error.Should().Contain("no client key 'carol'").And.Contain("keys auth new carol");
    }

    [Fact]
    public async Task What_is_wrong_is_told_without_the_key()
    {
        string damaged = _home.Write("a.auth_private", $"{Label[..^1]}x:descriptor:x25519:{Private}");
        CliResult import = await _home.RunAsync("keys", "auth", "import", "alice", damaged);
        import.ExitCode.Should().Be(1);
        import.Error.Should().Contain(damaged).And.Contain("address before the key").And.NotContain(Private);
        (await _home.RunAsync("keys", "auth", "export", "alice", _home.File("x"), "--public")).Error.Should().Contain("no client key 'alice'");
        (await _home.RunAsync("keys", "auth", "new", "../alice")).Error.Should().Contain("cannot be named");
        (await _home.RunAsync("keys", "auth", "new", "alice", "--on", "loopback")).Error.Should().Contain("no client keys");
        (await _home.RunAsync("keys", "auth", "list")).Error.Should().Contain("keys auth new NAME");
    }

    [Theory]
    [InlineData]
    [InlineData("--public", "--for", Label + ".onion")]
    public async Task An_export_says_what_is_to_be_written(params string[] options)
    {
        CliResult export = await _home.RunAsync(["keys", "auth", "export", "alice", _home.File("x"), .. options]);

        export.ExitCode.Should().Be(2);
        export.Error.Should().Contain("either --for ADDRESS").And.Contain("or --public");
    }

    [Fact]
    public async Task A_damaged_key_does_not_hide_the_others()
    {
        await _home.RunAsync("keys", "auth", "new", "good");
        string bad = Path.Join(_home.DataFolder, "keys", "tor-auth", "bad");
        File.WriteAllText(bad, "x25519:geheim");
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        CliResult list = await _home.RunAsync("keys", "auth", "list");

        list.ExitCode.Should().Be(1);
        list.Output.Should().StartWith("tor  good  descriptor:x25519:");
        list.Error.Should().Contain(bad).And.NotContain("geheim");
    }
}
