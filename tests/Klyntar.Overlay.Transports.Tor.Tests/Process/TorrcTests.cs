namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorrcTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("  # a comment")]
    [InlineData("TestingTorNetwork 1")]
    [InlineData("DirAuthority a0 orport=1 v3ident=ABC 127.0.0.1:2 DEF")]
    [InlineData("Bridge obfs4 192.0.2.1:443 CERT iat-mode=0")]
    [InlineData("Socks5Proxy 127.0.0.1:1080")]
    [InlineData("Schedulers Vanilla")]
    [InlineData("DisableNetwork 1")]
    public void An_operators_lines_are_taken(string line) => Check(line).Should().BeEmpty();

    [Theory]
    [InlineData("ControlPort 9051", "ControlPort")]
    [InlineData("controlport 9051", "ControlPort")]
    [InlineData("  SOCKSPort 9050", "SocksPort")]
    [InlineData("+SocksPort 9050", "SocksPort")]
    [InlineData("/ControlSocket", "ControlSocket")]
    [InlineData("CookieAuth 0", "CookieAuthentication")]
    [InlineData("DataDirectory\t/x", "DataDirectory")]
    [InlineData("HashedControlPassword 16:00", "HashedControlPassword")]
    [InlineData("__OwningControllerProcess 1", "__OwningControllerProcess")]
    [InlineData("__ReloadTorrcOnSIGHUP 0", "__ReloadTorrcOnSIGHUP")]
    [InlineData("Log debug file /tmp/x", "Log")]
    [InlineData("SafeLogging 0", "SafeLogging")]
    [InlineData("%include /etc/tor/torrc", "%include")]
    [InlineData("DNSPort 53", "DNSPort")]
    [InlineData("TransPort 9040", "TransPort")]
    [InlineData("User nobody", "User")]
    public void What_the_gateway_sets_itself_or_forbids_is_refused_by_name_and_place(string line, string key)
    {
        string problem = Check("TestingTorNetwork 1", line).Should().ContainSingle().Subject;
        problem.Should().StartWith("torrc[1]: ").And.Contain(key);
    }

    [Theory]
    [InlineData("Nickname a\nControlPort 1")]
    [InlineData("Nickname a\r")]
    [InlineData("Nickname \0")]
    [InlineData("Nickname a \\")]
    [InlineData("# a comment \\")]
    public void A_line_that_is_more_or_less_than_one_is_refused(string line)
    {
        // The last character may be trimmed; what is left must be one line.
        IReadOnlyList<string> problems = Check(line);
        if (line.TrimEnd() == line)
        {
            problems.Should().ContainSingle();
        }
        else
        {
            Text(TorFolders.Prepare(_folder.Path, true), new TorOptions { Torrc = [line] }).Should().NotContain("\r");
        }
    }

    [Theory]
    [InlineData("HiddenServiceEnableIntroDoSDefense 1")]
    [InlineData("hiddenserviceenableintrodosratepersec 25")]
    [InlineData("HiddenServicePoWDefensesEnabled 1")]
    [InlineData("HiddenServiceMaxStreams 5")]
    [InlineData("HiddenServicePort 80 127.0.0.1:80")]
    public void Tors_settings_of_services_are_for_its_own_services_alone(string line)
    {
        string problem = Check("Nickname a", line, "HiddenServiceDir /var/lib/own").Should().ContainSingle().Subject;
        problem.Should().StartWith("torrc[1]: ").And.Contain(line.Split(' ')[0]).And.Contain("services.*.options.tor");
        Check("HiddenServiceDir /var/lib/own", "HiddenServicePort 80 127.0.0.1:80", line).Should().BeEmpty();
    }

    [Theory]
    [InlineData("HiddenServiceStatistics 0")]
    [InlineData("HiddenServiceDir /var/lib/own")]
    [InlineData("VanguardsLiteEnabled 1")]
    [InlineData("HSLayer2Nodes {de}")]
    [InlineData("HSLayer3Nodes {de}")]
    public void What_is_for_tor_as_a_whole_is_taken(string line) => Check(line).Should().BeEmpty();

    [Fact]
    public void Vanguards_are_said_in_one_place()
    {
        using TorFolders folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);
        Text(folders, new TorOptions()).Should().NotContain("Vanguards");
        Text(folders, new TorOptions { VanguardsLite = true }).Should().Contain("\nVanguardsLiteEnabled 1\n");
        Text(folders, new TorOptions { VanguardsLite = false }).Should().Contain("\nVanguardsLiteEnabled 0\n");
        foreach (string line in (string[])["VanguardsLiteEnabled 0", "vanguards 0"])
        {
            Torrc.Check(new TorOptions { VanguardsLite = true, Torrc = ["Nickname a", line] }).Should().ContainSingle()
                .Which.Should().StartWith("torrc[1]: ").And.Contain("vanguardsLite already");
        }

        Torrc.Check(new TorOptions { VanguardsLite = true, Torrc = ["", "# a comment"] }).Should().BeEmpty();
    }

    [Fact]
    public void All_problems_are_told_at_once() => Check("Log x", "a\\", "User y", new string('a', 5_000)).Should().HaveCount(4);

    [Fact]
    public void The_file_has_everything_that_keeps_tor_ours_and_the_operators_lines_last()
    {
        using TorFolders folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);
        string[] lines = Text(folders, new TorOptions { Torrc = ["  Nickname test  "] }).Split('\n');
        lines.Should().Contain([
            $"DataDirectory \"{folders.Data}\"",
            $"ControlSocket {folders.ControlSocket}",
            $"SocksPort unix:{folders.SocksSocket} ExtendedErrors OnionTrafficOnly",
            "CookieAuthentication 1",
            "ClientOnly 1",
            $"__OwningControllerProcess {Environment.ProcessId}",
        ]);
        lines[^2..].Should().Equal("Nickname test", "");
    }

    [Fact]
    public void Without_Unix_sockets_everything_is_on_loopback()
    {
        using TorFolders folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: false);
        string text = Text(folders, new TorOptions());
        text.Should().Contain("ControlPort 127.0.0.1:auto").And.Contain("SocksPort 127.0.0.1:auto ").And.NotContain("unix:");
    }

    private static string Text(TorFolders folders, TorOptions options) => Torrc.Text(folders, [.. Torrc.Lines(options)]);

    private static IReadOnlyList<string> Check(params string[] lines) => Torrc.Check(new TorOptions { Torrc = lines });
}
