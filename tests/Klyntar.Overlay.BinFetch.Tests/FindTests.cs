namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class FindTests : IDisposable
{
    private const string Cure = "Correct transports.tor.program, or remove it to have tor looked for.";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_configured_path_wins_over_PATH()
    {
        _folder.Program("path/tor");
        string configured = _folder.Program("elsewhere/my-tor");

        (await Programs("path").FindAsync("tor", configured, CancellationToken.None)).Should().Be(new HelperProgram(configured, "configured"));
    }

    [Fact]
    public async Task A_configured_path_is_the_only_place_looked_at()
    {
        _folder.Program("path/tor");

        (await RefusalAsync("path", "/nowhere/tor")).Should().Be($"The configured program for tor, /nowhere/tor, does not exist. {Cure}");
    }

    [Theory]
    [InlineData("i2pd", "transports.i2p.program")]
    [InlineData("somebodys-hub", "the path in the configuration")]
    public async Task What_to_correct_is_the_programs_own_setting_where_that_is_known(string name, string setting)
    {
        Func<Task> finding = async () => await Programs("path").FindAsync(name, "/nowhere/x", CancellationToken.None);

        (await finding.Should().ThrowAsync<OverlayException>()).WithMessage($"The configured program for {name}, /nowhere/x, does not exist. Correct {setting}, or remove it to have {name} looked for.");
    }

    [Theory]
    [InlineData("tor", "is not an absolute path")]
    [InlineData("", "is not an absolute path")]
    [InlineData("/usr/bin", "is a folder")]
    [InlineData("/dev/null", "is not an executable file")]
    [InlineData("/etc/passwd", "is not an executable file")]
    public async Task A_configured_path_that_is_no_program_is_refused(string path, string why) =>
        (await RefusalAsync("path", path)).Should().Contain($"{path}, {why}.");

    [Fact]
    public async Task The_first_folder_on_PATH_that_has_it_gives_it()
    {
        _folder.Program("first/i2pd");
        _folder.Program("first/tor", isExecutable: false);
        _folder.Folder("second/tor");
        string third = _folder.Program("third/tor");
        _folder.Program("fourth/tor");

        (await Programs("first", "missing", "second", "third", "fourth").FindAsync("tor", null, CancellationToken.None))
            .Should().Be(new HelperProgram(third, "on PATH"));
    }

    [Fact]
    public async Task A_link_to_a_program_is_one_and_a_dangling_link_is_none()
    {
        string target = _folder.Program("real/tor-0.4");
        File.CreateSymbolicLink(Path.Combine(_folder.Folder("dangling"), "tor"), "/nowhere/tor");
        File.CreateSymbolicLink(Path.Combine(_folder.Folder("linked"), "tor"), target);

        (await Programs("dangling", "linked").FindAsync("tor", null, CancellationToken.None)).Path.Should().Be(Path.Combine(_folder.Path, "linked/tor"));
    }

    [Fact]
    public async Task Relative_folders_on_PATH_are_not_looked_at()
    {
        HelperProgramOptions options = Options() with { SearchPath = $".::{Path.GetRelativePath(Environment.CurrentDirectory, _folder.Folder("path"))}" };
        _folder.Program("path/tor");

        await new HelperPrograms(options).Invoking(p => p.FindAsync("tor", null, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>();
    }

    [Fact]
    public async Task Where_nothing_may_be_obtained_it_says_what_to_do() =>
        (await RefusalAsync("path", null)).Should().Be(
            $"The program tor was not found: not on PATH; not obtained before in {_folder.Path}/cache, and obtaining it is not allowed here. "
            + "Obtain it without installing (klyntar-overlay fetch tor), or install it (apt install tor), or set transports.tor.program to its path.");

    [Fact]
    public async Task Looking_without_obtaining_leaves_no_trace()
    {
        await RefusalAsync("path", null);

        Directory.Exists(Path.Combine(_folder.Path, "cache")).Should().BeFalse();
    }

    [Fact]
    public async Task A_system_without_apt_is_told_so()
    {
        HelperPrograms programs = new(Options() with { MayObtain = true, SearchPath = "", ToolFolder = "/nowhere" });

        (await programs.Invoking(p => p.FindAsync("tor", null, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().Contain("no package can be obtained, for this system has no apt-get and dpkg");
        (await programs.Invoking(p => p.FetchAsync("tor", CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().StartWith("tor cannot be obtained: this system has no apt-get and dpkg.");
    }

    [Fact]
    public async Task A_program_that_no_package_is_known_for_is_told_so()
    {
        HelperPrograms programs = new(Options() with { MayObtain = true, SearchPath = "" });

        (await programs.Invoking(p => p.FetchAsync("nc", CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().Be("nc cannot be obtained: no package is known that has it. Install nc, or put it on PATH.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("../tor")]
    [InlineData("/bin/sh")]
    [InlineData("-x")]
    [InlineData("tor\n")]
    [InlineData("Tor")]
    public async Task What_is_no_programs_name_is_refused(string name) =>
        (await Programs().Invoking(p => p.FindAsync(name, null, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().Contain("is no program's name");

    [Fact]
    public async Task A_cache_that_cannot_be_made_is_told_with_the_next_step()
    {
        Mirror.Require();
        string file = _folder.Program("file");
        HelperPrograms programs = new(Options() with { MayObtain = true, SearchPath = "", CacheFolder = $"{file}/cache" });

        (await programs.Invoking(p => p.FindAsync("tor", null, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().Contain("cannot be made").And.Contain("Set XDG_CACHE_HOME");
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_at_its_limit()
    {
        CommandResult result = await new Command("sleeper", new HelperProgram("/bin/sleep", "test"), ["600"]) { Limit = TimeSpan.FromMilliseconds(50), Clock = TimeProvider.System }
            .RunAsync(CancellationToken.None);

        result.Succeeded.Should().BeFalse();
        result.Why.Should().Be("it was not done after 0 s");
    }

    private async Task<string> RefusalAsync(string path, string? configured) =>
        (await Programs(path).Invoking(p => p.FindAsync("tor", configured, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>()).Which.Message;

    private HelperPrograms Programs(params string[] path) =>
        new(Options() with { SearchPath = string.Join(':', path.Select(folder => Path.Combine(_folder.Path, folder))) });

    private HelperProgramOptions Options() => new() { CacheFolder = Path.Combine(_folder.Path, "cache"), MayObtain = false };
}
