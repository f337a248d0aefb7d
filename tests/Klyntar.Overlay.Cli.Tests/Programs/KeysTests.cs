using System.Runtime.Versioning;

namespace Klyntar.Overlay.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class KeysTests : IDisposable
{
    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task An_identity_keeps_its_address_through_export_and_import()
    {
        CliResult made = await _home.RunAsync("keys", "new", "web");
        made.ExitCode.Should().Be(0, made.Error);
        string address = made.Output.Trim();
        address.Should().MatchRegex("^[a-z2-7]{56}\\.onion$");

        string file = _home.File("hs_ed25519_secret_key");
        (await _home.RunAsync("keys", "export", "web", file)).ExitCode.Should().Be(0);
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        new FileInfo(file).Length.Should().Be(96);

        (await _home.RunAsync("keys", "import", "copy", file)).Output.Trim().Should().Be(address);
        (await _home.RunAsync("keys", "list")).Output.Should().Be($"tor  copy  {address}\ntor  web   {address}\n");
    }

    [Fact]
    public async Task An_identity_on_I2P_keeps_the_addresses_of_all_its_ports_through_both_its_formats()
    {
        string address = (await _home.RunAsync("keys", "new", "node", "--on", "i2p")).Output.Trim();
        address.Should().MatchRegex("^[a-z2-7]{52}\\.b32\\.i2p$");
        string shown = (await _home.RunAsync("keys", "show", "node", "7332", "9999", "--on", "i2p")).Output;
        shown.Should().MatchRegex($"^7332   {address}\n9999   [a-z2-7]{{52}}\\.b32\\.i2p\n$").And.NotMatch($"*{address}*{address}*");

        foreach ((string format, int size) in new[] { ("i2pd", 679), ("sam", 908) })
        {
            string file = _home.File(format);
            (await _home.RunAsync("keys", "export", "node", file, "--format", format, "--on", "i2p")).ExitCode.Should().Be(0);
            new FileInfo(file).Length.Should().Be(size);
            (await _home.RunAsync("keys", "import", format, file, "--on", "i2p")).Output.Trim().Should().Be(address);
            (await _home.RunAsync("keys", "show", format, "7332", "9999", "--on", "i2p")).Output.Should().Be(shown);
        }

        (await _home.RunAsync("keys", "list")).Output.Should().Be($"i2p  i2pd  {address}\ni2p  node  {address}\ni2p  sam   {address}\n");
    }

    [Fact]
    public async Task A_key_of_ZeroNet_is_read_as_text_or_from_a_master_seed_and_shown_with_its_other_name()
    {
        const string address = "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr.zeronet";
        string wif = _home.File("wif");
        await File.WriteAllTextAsync(wif, "5JsunC55XGVqFQj5kPGK4MWgTL26jKbnPhjnmchSNPo75XXCwtk\n", TestContext.Current.CancellationToken);
        (await _home.RunAsync("keys", "import", "site", wif, "--on", "zeronet")).Output.Trim().Should().Be(address);
        CliResult shown = await _home.RunAsync("keys", "show", "site", "7332", "--on", "zeronet");
        shown.Output.Should().Be($"7332   {address}\n");
        shown.Error.Should().MatchRegex("^Programs that write names in lower case, as those of the web do, need its other name: [a-z2-7]{40}\\.zeronet\n$");

        string again = _home.File("again");
        (await _home.RunAsync("keys", "export", "site", again, "--on", "zeronet")).ExitCode.Should().Be(0);
        (await File.ReadAllTextAsync(again, TestContext.Current.CancellationToken)).Trim().Should().Be("5JsunC55XGVqFQj5kPGK4MWgTL26jKbnPhjnmchSNPo75XXCwtk");

        string seed = _home.File("seed");
        await File.WriteAllTextAsync(seed, "e180efa477c63b0f2757eac7b1cce781877177fe0966be62754ffd4c8592ce38:0", TestContext.Current.CancellationToken);
        (await _home.RunAsync("keys", "import", "child", seed, "--on", "zeronet")).Output.Trim().Should().Be("1BA2aKp73ESast4JUwWF6Jpyrum8XrejcL.zeronet");
        (await _home.RunAsync("keys", "export", "child", _home.File("seed again"), "--on", "zeronet", "--format", "seed")).ExitCode.Should().Be(0);
        (await File.ReadAllTextAsync(_home.File("seed again"), TestContext.Current.CancellationToken)).Should().Be("e180efa477c63b0f2757eac7b1cce781877177fe0966be62754ffd4c8592ce38:0");
        (await _home.RunAsync("keys", "export", "child", _home.File("child"), "--on", "zeronet", "--format", "wif")).ExitCode.Should().Be(0);
        (await File.ReadAllTextAsync(_home.File("child"), TestContext.Current.CancellationToken)).Should().Be("5JSbeF5PevdrsYjunqpg7kAGbnCVYa1T4APSL3QRu8EoAmXRc7Y");

        CliResult refused = await _home.RunAsync("keys", "export", "site", _home.File("none"), "--on", "zeronet", "--format", "seed");
        refused.ExitCode.Should().Be(1);
        refused.Error.Trim().Should().EndWith("The key of site cannot be written as seed: it was neither made nor imported as one. Use one of: wif.");
    }

    [Fact]
    public async Task Shown_are_the_addresses_that_the_configuration_publishes()
    {
        string own = (await _home.RunAsync("keys", "new", "kept", "--on", "i2p")).Output.Trim();
        CliResult plain = await _home.RunAsync("keys", "show", "kept", "9999", "7332", "--on", "i2p");
        plain.Output.Should().StartWith($"9999   {own}\n7332   ");
        plain.Error.Should().Be("No configuration was read that publishes 'kept' on i2p: a service's options there may give it other addresses. Name the configuration with --config.\n");

        CliResult listed = await ShowAsync(Configuration(), "kept");
        listed.Output.Should().MatchRegex($"^9999   {own}\n7332   [a-z2-7]{{52}}\\.b32\\.i2p\n$").And.Be(plain.Output);
        listed.Error.Should().BeEmpty();
        (await ShowAsync(Configuration(), "kept", "7332")).Output.Should().Be(plain.Output.Split('\n')[1] + "\n", "it is not the first port of the service");
        (await ShowAsync(Configuration(), "kept", "80", "9999")).Output.Should().MatchRegex($"^80     (?!{own})[a-z2-7]{{52}}\\.b32\\.i2p\n9999   {own}\n$");

        string encrypted = (await ShowAsync(Configuration(service: """{ "encrypted": true }"""), "kept")).Output;
        encrypted.Should().MatchRegex("^9999   [a-z2-7]{56}\\.b32\\.i2p\n7332   [a-z2-7]{56}\\.b32\\.i2p\n$");
        string one = (await ShowAsync(Configuration(transport: """{ "sam": "127.0.0.1:7656", "oneDestination": true }"""), "kept")).Output;
        one.Should().Be($"9999   {own}\n7332   {own}\n");

        string Configuration(string transport = "{}", string service = "{}") => $$"""
            {
              "transports": { "i2p": {{transport}} },
              "services": { "node": { "identity": "kept", "on": ["i2p"], "ports": { "9999": "127.0.0.1:1", "7332": "127.0.0.1:2" }, "options": { "i2p": {{service}} } } }
            }
            """;

        async Task<CliResult> ShowAsync(string configuration, params string[] asked)
        {
            CliResult result = await _home.RunAsync(["keys", "show", .. asked, "--on", "i2p", "--config", _home.Write("shown.json", configuration)]);
            result.ExitCode.Should().Be(0, result.Error);
            return result;
        }
    }

    [Fact]
    public async Task An_identity_on_Tor_has_one_address_for_all_its_ports()
    {
        string address = (await _home.RunAsync("keys", "new", "web")).Output.Trim();

        (await _home.RunAsync("keys", "show", "web", "80", "443")).Output.Should().Be($"80     {address}\n443    {address}\n");
        (await _home.RunAsync("keys", "show", "web")).Output.Should().Be($"{address}\n");
        CliResult missing = await _home.RunAsync("keys", "show", "wbe");
        missing.ExitCode.Should().Be(1);
        missing.Error.Should().Contain("There is no identity 'wbe' on tor.");
        (await _home.RunAsync("keys", "show", "web", "70000")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await _home.RunAsync("keys", "new", "web");
        string file = _home.Write("precious", "of somebody's");
        CliResult export = await _home.RunAsync("keys", "export", "web", file);
        CliResult again = await _home.RunAsync("keys", "new", "web");

        export.ExitCode.Should().Be(1);
        export.Error.Should().StartWith("klyntar-overlay: ").And.Contain(file);
        File.ReadAllText(file).Should().Be("of somebody's");
        again.ExitCode.Should().Be(1);
        again.Error.Should().Contain("never overwritten");
    }

    [Fact]
    public async Task Files_that_hold_no_key_are_told_from_one_another()
    {
        string publicKey = _home.Write("hs_ed25519_public_key", "== ed25519v1-public: type0 ==\0\0\0" + new string('x', 32));
        (await ImportAsync(publicKey)).Should().Contain("public key").And.Contain("hs_ed25519_secret_key");
        (await ImportAsync(_home.Write("hostname", new string('a', 56) + ".onion\n"))).Should().Contain("address and not a key");
        (await ImportAsync(_home.Folder)).Should().Contain("is a folder");
        (await ImportAsync(_home.File("missing"))).Should().Contain("cannot be read");
        (await ImportAsync("/dev/zero")).Should().Contain("longer than any key");
        (await _home.RunAsync("keys", "list")).Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_damaged_identity_does_not_hide_the_others()
    {
        await _home.RunAsync("keys", "new", "good");
        string bad = Path.Join(_home.DataFolder, "keys", "tor", "bad");
        File.WriteAllText(bad, "?");
        File.SetUnixFileMode(bad, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        CliResult list = await _home.RunAsync("keys", "list");

        list.ExitCode.Should().Be(1);
        list.Output.Should().MatchRegex("^tor  good  [a-z2-7]{56}\\.onion\n$");
        list.Error.Should().Contain(bad);
    }

    private async Task<string> ImportAsync(string file)
    {
        CliResult import = await _home.RunAsync("keys", "import", "x", file);
        import.ExitCode.Should().Be(1);
        import.Output.Should().BeEmpty();
        return import.Error;
    }
}
