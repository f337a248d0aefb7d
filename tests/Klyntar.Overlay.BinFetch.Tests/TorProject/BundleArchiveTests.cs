using System.Collections.Immutable;
using System.Formats.Tar;
using CsCheck;

namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class BundleArchiveTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string NothingInstalled = "Nothing of it was installed.";

    private static readonly Gen<string> Words = Gen.OneOf([.. ((string[])["..", ".", "/", "a", "\\", "A/", "../"]).Select(Gen.Const), Gen.String[0, 3]]);

    private readonly TemporaryFolder _folder = new();
    private readonly string _target;

    public BundleArchiveTests() => _target = _folder.Folder("target");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_and_folders_are_unpacked_for_their_user_alone()
    {
        const UnixFileMode everything = (UnixFileMode)0xFFF;
        ImmutableSortedDictionary<string, long> files = await UnpackAsync(new TestArchive().Folder("./").Folder("tor/").File("./tor/tor", "program", everything).File("data/deep/er/geoip", "text", UnixFileMode.OtherRead));

        files.Should().Equal(new Dictionary<string, long> { ["data/deep/er/geoip"] = 4, ["tor/tor"] = 7 });
        (await File.ReadAllTextAsync(At("tor/tor"))).Should().Be("program");
        File.GetUnixFileMode(At("tor/tor")).Should().Be(Private | UnixFileMode.UserExecute);
        File.GetUnixFileMode(At("data/deep/er/geoip")).Should().Be(Private);
    }

    [Fact]
    public async Task A_link_to_a_file_of_the_archive_becomes_a_copy()
    {
        await UnpackAsync(new TestArchive().Link("lib/short.so", "./../lib/long.so.1").Link("lib/hard.so", "lib/long.so.1", isHard: true).File("lib/long.so.1", "library"));

        foreach (string copy in (string[])["lib/short.so", "lib/hard.so"])
        {
            new FileInfo(At(copy)).LinkTarget.Should().BeNull();
            (await File.ReadAllTextAsync(At(copy))).Should().Be("library");
        }
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("a/../../out")]
    [InlineData("a/../b")]
    [InlineData("/out")]
    [InlineData("a\\..\\out")]
    [InlineData("C:out")]
    [InlineData("a\nb")]
    [InlineData("1/2/3/4/5/6/7/8/9")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        (await RefusalAsync(new TestArchive().File(name, "x"))).Should().StartWith("the archive has an entry that leads elsewhere: ").And.EndWith(NothingInstalled);
        (await RefusalAsync(new TestArchive().Folder(name))).Should().Contain("leads elsewhere");
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().Equal(_target);
    }

    [Theory]
    [InlineData("link", "../out")]
    [InlineData("a/link", "../../out")]
    [InlineData("link", "/etc/passwd")]
    [InlineData("link", "a/../../etc/passwd")]
    public async Task A_link_that_leads_out_is_refused(string link, string target)
    {
        (await RefusalAsync(new TestArchive().File("a/b", "x").Link(link, target))).Should().Contain("has a link that leads elsewhere");
        (await RefusalAsync(new TestArchive().Link("hard", "../out", isHard: true))).Should().Contain("has a link that leads elsewhere");
    }

    [Fact]
    public async Task A_link_to_a_folder_to_a_link_or_to_nothing_is_refused()
    {
        (await RefusalAsync(new TestArchive().Folder("a").Link("link", "a"))).Should().Contain("has a link to what is no file of it: link");
        (await RefusalAsync(new TestArchive().Link("one", "two").Link("two", "one"))).Should().Contain("has a link to what is no file of it: one");
        (await RefusalAsync(new TestArchive().Link("link", "missing"))).Should().Contain("has a link to what is no file of it");
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link() =>
        (await RefusalAsync(new TestArchive().Folder("real").Link("link", "real").File("link/file", "x"))).Should().Contain("has a link to what is no file of it");

    [Fact]
    public async Task Two_entries_for_one_place_are_refused()
    {
        const string twice = "the archive has two entries for one place: ";
        (await RefusalAsync(new TestArchive().File("a", "x").File("a", "y"))).Should().StartWith($"{twice}a.");
        (await RefusalAsync(new TestArchive().File("a", "x").File("./A", "y"))).Should().StartWith($"{twice}A.");
        (await RefusalAsync(new TestArchive().File("a", "x").File("a/b", "y"))).Should().StartWith($"{twice}a.");
        (await RefusalAsync(new TestArchive().File("a/b", "x").File("a", "y"))).Should().StartWith($"{twice}a.");
        (await RefusalAsync(new TestArchive().File("a", "x").Link("a", "a"))).Should().StartWith($"{twice}a.");
    }

    [Theory]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task Only_files_folders_and_links_are_unpacked(TarEntryType type) =>
        (await RefusalAsync(new TestArchive().Add(new UstarTarEntry(type, "special")))).Should().StartWith("the archive has an entry of a kind that is not unpacked: special.");

    [Fact]
    public async Task What_unpacks_to_more_than_is_taken_is_refused_on_the_way()
    {
        byte[] bomb = new TestArchive().File("bomb", new string('0', 20_000_000)).Pack();
        bomb.Length.Should().BeLessThan(200_000);

        (await RefusalAsync(bomb, limit: 1_000_000)).Should().StartWith("the archive unpacks to more than 1000000 bytes.");
        Directory.EnumerateFiles(_target).Sum(file => new FileInfo(file).Length).Should().BeLessThan(1_100_000);
    }

    [Fact]
    public async Task Copies_of_linked_files_count_too()
    {
        TestArchive archive = new TestArchive().File("file", new string('0', 100_000));
        for (int link = 0; link < 20; link++)
        {
            archive.Link($"link{link}", "file");
        }

        (await RefusalAsync(archive, limit: 1_000_000)).Should().Contain("unpacks to more than");
    }

    [Fact]
    public async Task More_entries_than_a_bundle_can_have_are_refused()
    {
        TestArchive archive = new();
        for (int file = 0; file <= BundleArchive.EntryLimit; file++)
        {
            archive.Folder($"{file}");
        }

        (await RefusalAsync(archive)).Should().Contain("has more than 1000 entries");
    }

    [Fact]
    public async Task What_is_cut_off_or_no_archive_is_refused()
    {
        byte[] whole = TestArchive.Bundle("1").Pack();

        (await RefusalAsync(whole[..^(whole.Length / 2)])).Should().Contain("is damaged");
        (await RefusalAsync("<html>"u8.ToArray())).Should().Contain("is damaged");
    }

    [Fact]
    public void Any_name_stays_below_the_folder_or_is_refused() => Words.Array[1, 8].Sample(words =>
    {
        string name = string.Concat(words);
        if (ArchiveName.Parts(name) is { } parts)
        {
            string full = Path.GetFullPath(Path.Combine("/target", string.Join('/', parts)));
            (full == "/target" || full.StartsWith("/target/", StringComparison.Ordinal)).Should().BeTrue(name);
        }

        if (ArchiveName.Resolve(["x", "y", "z"], name) is { } target)
        {
            string full = Path.GetFullPath(Path.Combine("/target", target));
            (full == "/target" || full.StartsWith("/target/", StringComparison.Ordinal)).Should().BeTrue(name);
        }
    });

    private string At(string relative) => Path.Combine(_target, relative);

    private async Task<ImmutableSortedDictionary<string, long>> UnpackAsync(TestArchive archive) => await UnpackAsync(archive.Pack(), BundleArchive.SizeLimit);

    private async Task<ImmutableSortedDictionary<string, long>> UnpackAsync(byte[] archive, long limit)
    {
        using MemoryStream stream = new(archive);
        return await BundleArchive.UnpackAsync(stream, _target, "the archive", limit, CancellationToken.None);
    }

    private Task<string> RefusalAsync(TestArchive archive, long limit = BundleArchive.SizeLimit) => RefusalAsync(archive.Pack(), limit);

    private async Task<string> RefusalAsync(byte[] archive, long limit = BundleArchive.SizeLimit)
    {
        Directory.Delete(_target, recursive: true);
        Directory.CreateDirectory(_target);
        return (await UnpackAsync(archive, limit).Awaiting(task => task).Should().ThrowAsync<OverlayException>()).Which.Message;
    }
}
