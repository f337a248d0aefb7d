namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Obtains real packages from the mirror of this machine.</summary>
public sealed class ObtainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Phrases _phrases = new();

    private static readonly Action<string>[] Damages =
    [
        tor =>
        {
            using FileStream file = File.OpenWrite(tor);
            file.SetLength(100_000);
        },
        tor => File.WriteAllBytes(tor, new byte[new FileInfo(tor).Length]),
        tor => File.WriteAllText(Path.Combine(Path.GetDirectoryName(tor)!, "../../package.json"), "{ \"package\": \"tor\", \"files\": "),
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tor_is_obtained_from_the_package_and_runs()
    {
        Mirror.Require();
        HelperProgram tor = await Programs().FindAsync("tor", null, CancellationToken.None);

        tor.Path.Should().StartWith(_folder.Path);
        tor.Origin.Should().MatchRegex("^(Debian|Ubuntu) package tor [0-9]");
        (await VersionOf(tor)).Should().StartWith("Tor version ");
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length).Should().BeLessThan(50_000_000);
        _phrases.All.Should().Contain(phrase => phrase.StartsWith("downloading tor=")).And.Contain(phrase => phrase.StartsWith("unpacking tor "));
    }

    [Fact]
    public async Task A_copy_in_the_cache_is_used_without_asking_the_mirror_and_has_the_packages_other_programs()
    {
        Mirror.Require();
        HelperProgram tor = await Programs().FindAsync("tor", null, CancellationToken.None);
        int phrases = _phrases.All.Count;

        HelperProgram again = await Programs(o => o with { MayObtain = false, ToolFolder = "/nowhere" }).FindAsync("tor", null, CancellationToken.None);
        HelperProgram gencert = await Programs(o => o with { MayObtain = false, ToolFolder = "/nowhere" }).FindAsync("tor-gencert", null, CancellationToken.None);

        again.Should().BeEquivalentTo(tor);
        Path.GetDirectoryName(gencert.Path).Should().Be(Path.GetDirectoryName(tor.Path));
        _phrases.All.Should().HaveCount(phrases);
    }

    [Fact]
    public async Task Where_the_system_has_no_package_lists_our_own_are_made()
    {
        Mirror.Require();
        HelperProgram tor = await Programs(o => o with { SystemLists = _folder.Folder("no-lists") }).FindAsync("tor", null, CancellationToken.None);

        (await VersionOf(tor)).Should().StartWith("Tor version ");
        _phrases.All.Should().Contain("reading the package mirror's lists");
        Directory.EnumerateFiles(Path.Combine(_folder.Path, "cache", "apt", "lists")).Should().NotBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "no-lists")).Should().BeEmpty();
    }

    [Fact]
    public async Task Libraries_that_are_not_installed_come_along_and_are_used()
    {
        Mirror.Require();
        // To apt this system has nothing installed.
        string status = Path.Combine(_folder.Path, "status");
        await File.WriteAllTextAsync(status, "");
        HelperProgram tor = await Programs(o => o with { AptOptions = [$"Dir::State::status={status}"] }).FindAsync("tor", null, CancellationToken.None);

        string libraries = tor.Environment["LD_LIBRARY_PATH"];
        libraries.Split(':').Should().OnlyContain(folder => folder.StartsWith(_folder.Path) && Directory.Exists(folder));
        CommandResult loaded = await new Command("shell", tor with { Path = "/bin/sh" }, ["-c", $"LD_TRACE_LOADED_OBJECTS=1 exec {tor.Path}"])
        {
            Limit = TimeSpan.FromSeconds(20),
            Clock = TimeProvider.System,
        }.RunAsync(CancellationToken.None);
        string.Join('\n', loaded.Lines).Should().MatchRegex($@"libevent-2\.1\.so\.7 => {_folder.Path}");
        (await VersionOf(tor)).Should().StartWith("Tor version ");
    }

    [Fact]
    public async Task Several_at_once_obtain_it_once()
    {
        Mirror.Require();
        HelperProgram[] found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Programs().FindAsync("tor", null, CancellationToken.None).AsTask()));

        found.Select(tor => tor.Path).Distinct().Should().ContainSingle();
        _phrases.All.Count(phrase => phrase.StartsWith("unpacking ")).Should().Be(1);
        _phrases.All.Should().Contain("waiting for another process that obtains programs");
    }

    [Fact]
    public async Task A_damaged_copy_is_obtained_again()
    {
        Mirror.Require();
        HelperProgram tor = await Programs().FindAsync("tor", null, CancellationToken.None);
        HelperPrograms cacheOnly = Programs(o => o with { MayObtain = false });
        foreach (Action<string> damage in Damages)
        {
            damage(tor.Path);
            await cacheOnly.Invoking(programs => programs.FindAsync("tor", null, CancellationToken.None).AsTask()).Should().ThrowAsync<OverlayException>();
            await Programs().FindAsync("tor", null, CancellationToken.None);
            (await VersionOf(tor)).Should().StartWith("Tor version ");
        }

        _phrases.All.Count(phrase => phrase.StartsWith("unpacking ")).Should().Be(1 + Damages.Length);
    }

    [Fact]
    public async Task What_an_interrupted_unpacking_left_is_cleared_away()
    {
        Mirror.Require();
        string distribution = Path.Combine(_folder.Path, "cache", "packages", Distribution.Current().Key);
        _folder.Program($"cache/packages/{Distribution.Current().Key}/.unfinished-1/root/usr/bin/tor");

        HelperProgram tor = await Programs().FindAsync("tor", null, CancellationToken.None);

        tor.Path.Should().NotContain(".unfinished");
        Directory.EnumerateDirectories(distribution, ".*").Should().BeEmpty();
    }

    [Fact]
    public async Task Fetching_says_whether_it_was_new()
    {
        Mirror.Require();
        FetchedProgram first = await Programs().FetchAsync("tor", CancellationToken.None);
        FetchedProgram second = await Programs().FetchAsync("tor", CancellationToken.None);

        first.IsNew.Should().BeTrue();
        second.Should().BeEquivalentTo(first with { IsNew = false });
        first.Program.Origin.Should().EndWith($"package tor {first.Version}");
    }

    [Fact]
    public async Task A_fetch_that_is_given_up_leaves_nothing_half_done()
    {
        Mirror.Require();
        using CancellationTokenSource giveUp = new();
        _phrases.OnReport = phrase =>
        {
            if (phrase.StartsWith("downloading "))
            {
                giveUp.Cancel();
            }
        };
        Func<Task> fetch = async () => await Programs().FetchAsync("tor", giveUp.Token);

        await fetch.Should().ThrowAsync<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "cache", "packages", Distribution.Current().Key)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_mirror_that_does_not_answer_is_told_with_the_next_steps()
    {
        Mirror.Require();
        string sources = _folder.Folder("sources");
        await File.WriteAllTextAsync(Path.Combine(sources, "list"), "deb [trusted=yes] http://127.0.0.1:1/debian stable main\n");
        HelperPrograms programs = Programs(o => o with
        {
            SystemLists = _folder.Folder("no-lists"),
            AptOptions = [$"Dir::Etc::SourceList={sources}/list", "Dir::Etc::SourceParts=/dev/null", "Acquire::http::Proxy=false"],
        });
        Func<Task> find = async () => await programs.FindAsync("tor", null, CancellationToken.None);

        string message = (await find.Should().ThrowAsync<OverlayException>()).Which.Message;
        message.Should().StartWith("The program tor was not found: not on PATH; The ").And.Contain("127.0.0.1")
            .And.EndWith("Obtain it without installing (klyntar-overlay fetch tor), or install it (apt install tor), or set transports.tor.program to its path.");
    }

    [Fact]
    public async Task I2pd_is_obtained_from_the_package_with_the_libraries_that_are_missing_and_runs()
    {
        Mirror.Require();
        HelperProgram i2pd = await Programs().FindAsync("i2pd", null, CancellationToken.None);

        i2pd.Path.Should().StartWith(_folder.Path);
        i2pd.Origin.Should().MatchRegex("^(Debian|Ubuntu) package i2pd [0-9]");
        (await VersionOf(i2pd)).Should().MatchRegex("^i2pd version [0-9.]+");
    }

    [Fact]
    public async Task A_newer_i2pd_of_another_release_runs_beside_with_that_ones_C_library()
    {
        Mirror.Require();
        HelperProgram newer;
        try
        {
            newer = await Programs().FindAsync("i2pd-trixie", null, CancellationToken.None);
        }
        catch (OverlayException e)
        {
            Assert.Skip(e.Message);
            throw;
        }

        newer.Origin.Should().StartWith("Debian trixie package i2pd 2.56.");
        newer.Environment.Should().BeEmpty();
        (await VersionOf(newer)).Should().StartWith("i2pd version 2.56.");
        (await Programs(o => o with { MayObtain = false, ToolFolder = "/nowhere" }).FindAsync("i2pd-trixie", null, CancellationToken.None)).Should().BeEquivalentTo(newer);
        string script = $"$(sed 's/--library-path/--list &/' {newer.Path} | grep exec)";
        CommandResult loaded = await new Command("loader", newer with { Path = "/bin/sh" }, ["-c", $"root={Path.GetDirectoryName(newer.Path)}/..; eval \"{script}\""])
        {
            Limit = TimeSpan.FromSeconds(20),
            Clock = TimeProvider.System,
        }.RunAsync(CancellationToken.None);
        string.Join('\n', loaded.Lines).Should().MatchRegex($@"libc\.so\.6 => {_folder.Path}").And.NotContain("=> /lib");
    }

    [Fact]
    public async Task Another_release_is_taken_from_nobody_whose_key_is_not_Debians()
    {
        Mirror.Require();
        await Refused(o => o with { DebianKeyring = Path.Combine(_folder.Path, "none.gpg") }, "Packages of Debian trixie cannot be verified*");
    }

    [Fact]
    public async Task Debians_mirror_is_known_where_the_system_has_never_read_its_lists()
    {
        Mirror.Require();
        await Refused(o => o with { DebianKeyring = Path.Combine(_folder.Path, "none.gpg"), SystemLists = _folder.Folder("no-lists") }, "Packages of Debian trixie cannot be verified*");
    }

    [Fact]
    public async Task A_system_without_Debians_packages_is_told_that_there_is_no_other_release()
    {
        Mirror.Require();
        string sources = _folder.Folder("sources");
        await File.WriteAllTextAsync(Path.Combine(sources, "list"), "deb http://127.0.0.1:1/debian-security stable main\ndeb http://127.0.0.1:1/ubuntu stable main\n");
        await Refused(
            o => o with { AptOptions = [$"Dir::Etc::SourceList={sources}/list", "Dir::Etc::SourceParts=/dev/null"] },
            "Packages of Debian trixie cannot be obtained: no package source of this system is Debian's.");
    }

    private async Task Refused(Func<HelperProgramOptions, HelperProgramOptions> change, string message)
    {
        Func<Task> fetch = async () => await Programs(change).FetchAsync("i2pd-trixie", CancellationToken.None);
        Func<Task> find = async () => await Programs(change).FindAsync("i2pd-trixie", null, CancellationToken.None);

        await fetch.Should().ThrowAsync<OverlayException>().WithMessage(message);
        await find.Should().ThrowAsync<OverlayException>().WithMessage("The program i2pd-trixie was not found: *Only Debian has it, and only trials and tests ask for it: i2pd does for everything else.");
    }

    private static async Task<string> VersionOf(HelperProgram program) =>
        (await new Command("tor", program, ["--version"]) { Limit = TimeSpan.FromSeconds(20), Clock = TimeProvider.System }.RunAsync(CancellationToken.None)).Lines[0];

    private HelperPrograms Programs(Func<HelperProgramOptions, HelperProgramOptions>? change = null)
    {
        HelperProgramOptions options = new() { CacheFolder = Path.Combine(_folder.Path, "cache"), SearchPath = "", Progress = _phrases };
        return new HelperPrograms(change is null ? options : change(options));
    }

    private sealed class Phrases : IProgress<string>
    {
        private readonly List<string> _all = [];

        public Action<string>? OnReport { get; set; }

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        public void Report(string value)
        {
            lock (_all)
            {
                _all.Add(value);
            }

            OnReport?.Invoke(value);
        }
    }
}
