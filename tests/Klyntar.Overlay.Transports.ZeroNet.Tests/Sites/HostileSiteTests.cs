using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class HostileSiteTests : IDisposable
{
    private const long Now = 1_800_000_000;

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly FakeLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_older_one_is_never_taken_after_a_newer_one_was_seen_not_even_when_all_else_is_lost()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        byte[] old = site.Sign(Now - 100);
        site.Bring(shelf, Now);
        shelf.Take(site.Address, old).Should().Be(SiteTaking.NotNewer);

        shelf.Forget(site.Address);
        Open().Sites.Should().BeEmpty();
        SiteShelf again = Open();
        again.Keep(site.Address, SiteKind.Visited).Should().BeNull();
        again.Take(site.Address, old).Should().Be(SiteTaking.NotNewer);
        again.Take(site.Address, site.Sign(Now)).Should().Be(SiteTaking.AwaitsFiles, "the newest one may come again, since it was lost");
    }

    [Fact]
    public void A_newer_one_without_its_end_points_keeps_older_ones_away_after_a_restart_too()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.Bring(shelf, Now - 100);
        byte[] between = site.Sign(Now - 50);
        site.SetEndPoints(444);
        shelf.Take(site.Address, site.Sign(Now)).Should().Be(SiteTaking.AwaitsFiles);

        SiteShelf again = Open();
        again.Take(site.Address, between).Should().Be(SiteTaking.NotNewer);
        again.Record(site.Address)!.Modified.Should().Be(Now - 100);
        again.Take(site.Address, site.Sign(Now)).Should().Be(SiteTaking.AwaitsFiles);
    }

    [Fact]
    public void What_is_not_the_sites_own_is_refused_and_leaves_nothing()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        var other = TestSite.WithEndPoints();
        shelf.Take(other.Address, other.Sign(Now)).Should().Be(SiteTaking.UnknownSite);
        shelf.Take(site.Address, other.Sign(Now)).Should().Be(SiteTaking.ForeignSite);
        shelf.Take(site.Address, other.Sign(Now, content => content["address"] = site.Address.Text)).Should().Be(SiteTaking.BadSignature);
        shelf.Take(site.Address, site.Sign(Now + (24 * 3600) + 1)).Should().Be(SiteTaking.FromTheFuture);
        shelf.Take(site.Address, "{}"u8.ToArray()).Should().Be(SiteTaking.Unreadable);
        shelf.Take(site.Address, ReadOnlyMemory<byte>.Empty).Should().Be(SiteTaking.Unreadable);
        shelf.Give(site.Address, "klyntar-endpoints.json", site.Files["klyntar-endpoints.json"]).Should().Be(SiteGiving.NotWanted);
        _folder.Files().Should().BeEmpty();
    }

    [Fact]
    public void Whoever_signs_often_and_never_has_the_end_points_does_not_fill_the_disk()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.Bring(shelf, Now);
        for (int i = 1; i <= 20; i++)
        {
            site.SetEndPoints(443 + i);
            site.Files["index.html"] = Encoding.ASCII.GetBytes($"{i}");
            shelf.Take(site.Address, site.Sign(Now + i)).Should().Be(SiteTaking.AwaitsFiles);
            shelf.Give(site.Address, "index.html", site.Files["index.html"]).Should().Be(SiteGiving.Kept);
        }

        _folder.Files().Should().HaveCount(5, "a mark, what counts with its two files, and the newest file of what waits");
        shelf.Record(site.Address)!.Record.Should().Be(TestSite.Record(443));
    }

    [Fact]
    public void A_file_that_is_not_what_is_listed_is_refused()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        shelf.Take(site.Address, site.Sign(Now));
        byte[] record = site.Files["klyntar-endpoints.json"];
        byte[] tampered = [.. record];
        tampered[^3] ^= 1;
        foreach (byte[] wrong in new[] { tampered, [], [.. record, 0], record[..^1], new byte[SiteLimits.SiteBytes * 2] })
        {
            shelf.Give(site.Address, "klyntar-endpoints.json", wrong).Should().Be(SiteGiving.NotAsListed);
        }

        shelf.Give(site.Address, "klyntar-endpoints.json/../index.html", site.Files["index.html"]).Should().Be(SiteGiving.NotWanted);
        shelf.Record(site.Address).Should().BeNull();
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    [InlineData("a\\..\\evil")]
    [InlineData("a\0b")]
    [InlineData("C:evil")]
    public void A_site_with_a_path_that_leads_out_of_it_is_refused_whole(string path)
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        byte[] content = Encoding.UTF8.GetBytes(JsonNode.Parse(site.Sign(Now))!.AsObject().ToJsonString().Replace("index.html", JsonValue.Create(path).ToJsonString()[1..^1], StringComparison.Ordinal));
        shelf.Take(site.Address, content).Should().Be(SiteTaking.Unreadable);
        site.Bring(shelf, Now);
        shelf.Read(site.Address.Text, path).Should().BeNull();
        shelf.Give(site.Address, path, site.Files["index.html"]).Should().Be(SiteGiving.NotWanted);
        _folder.Files().Should().OnlyContain(file => file.StartsWith("sites/", StringComparison.Ordinal));
    }

    [Fact]
    public void Any_paths_of_a_site_are_names_of_hashes_on_the_disk()
    {
        SiteShelf shelf = Open();
        Gen.String[1, 20].Array[0, 5].Sample(paths =>
        {
            TestSite site = Followed(shelf);
            foreach (string path in paths.Where(path => SitePath.IsValid(path) && path.IsNormalized()))
            {
                site.Files[path] = Encoding.UTF8.GetBytes(path);
            }

            site.Bring(shelf, Now);
            shelf.Wanted(site.Address).Should().BeEmpty();
        }, iter: 30, threads: 1);
        _folder.Files().Should().OnlyContain(file =>
            System.Text.RegularExpressions.Regex.IsMatch(file, "^sites/(seen/1[0-9A-Za-z]{25,34}|followed/1[0-9A-Za-z]{25,34}/(content\\.json|[0-9a-f]{64}))$"));
    }

    [Fact]
    public void Links_that_somebody_planted_are_not_followed()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        string outside = _folder.Of("outside");
        File.WriteAllText(Path.Join(outside, "secret"), "secret");
        string sites = _folder.Of("sites/followed");

        // In the folder's place.
        Directory.CreateSymbolicLink(Path.Join(sites, site.Address.Text), outside);
        site.Bring(shelf, Now);
        Directory.EnumerateFiles(outside).Should().ContainSingle();
        shelf.Record(site.Address).Should().NotBeNull();

        // In a draft's place, and in a file's.
        string folder = Path.Join(sites, site.Address.Text);
        File.CreateSymbolicLink(Path.Join(folder, ".draft-content.json"), Path.Join(outside, "secret"));
        site.Files["index.html"] = "<p>New</p>"u8.ToArray();
        site.Bring(shelf, Now + 1);
        File.ReadAllText(Path.Join(outside, "secret")).Should().Be("secret");
        string index = Path.Join(folder, SiteFile.Of(site.Files["index.html"]).Sha512);
        File.Delete(index);
        File.WriteAllBytes(Path.Join(outside, "same"), site.Files["index.html"]);
        File.CreateSymbolicLink(index, Path.Join(outside, "same"));
        shelf.Read(site.Address.Text, "index.html").Should().BeNull();
        File.Exists(Path.Join(outside, "same")).Should().BeTrue();
        Open().Record(site.Address).Should().BeNull("it was dropped as damaged");
    }

    [Theory]
    [InlineData("content.json")]
    [InlineData("klyntar-endpoints.json")]
    [InlineData("index.html")]
    public void A_site_that_is_damaged_on_the_disk_is_as_if_it_had_never_been_here_but_for_its_mark(string damaged)
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.Bring(shelf, Now);
        string path = Path.Join(_folder.Of("sites/followed"), site.Address.Text, damaged == "content.json" ? damaged : SiteFile.Of(site.Files[damaged]).Sha512);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);

        shelf.Read(site.Address.Text, damaged).Should().BeNull();
        shelf.Find(site.Address.Text)!.Modified.Should().BeNull();
        _log.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().Contain("damaged").And.NotContain(site.Address.Text, "addresses are not logged whole");
        shelf.Take(site.Address, site.Sign(Now - 1)).Should().Be(SiteTaking.NotNewer);
        site.Bring(shelf, Now);
        shelf.Record(site.Address).Should().NotBeNull();
    }

    [Fact]
    public void Damage_is_found_after_a_restart_too_and_a_clock_that_was_reset_is_none()
    {
        SiteShelf shelf = Open();
        TestSite good = Followed(shelf);
        good.Bring(shelf, Now);
        TestSite changed = Followed(shelf);
        changed.Bring(shelf, Now);
        TestSite later = Followed(shelf);
        later.Bring(shelf, Now);
        string folder = _folder.Of("sites/followed");
        string path = Path.Join(folder, changed.Address.Text, "content.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("A node", "B node", StringComparison.Ordinal));
        path = Path.Join(folder, later.Address.Text, "content.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace($"{Now}", $"{Now + 9}", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Join(folder, "no address"));
        File.WriteAllText(Path.Join(folder, "stray"), "");

        SiteShelf again = new(_folder.Of("sites"), new FakeTimeProvider(DateTimeOffset.UnixEpoch), _log);
        again.Record(good.Address).Should().NotBeNull();
        again.Record(changed.Address).Should().BeNull();
        again.Find(later.Address.Text)!.Modified.Should().BeNull();
        SiteShelf third = Open();
        third.Keep(later.Address, SiteKind.Followed).Should().BeNull();
        third.Take(later.Address, later.Sign(Now + 1)).Should().Be(SiteTaking.AwaitsFiles, "a date that nobody signed does not keep newer ones away");
    }

    [Fact]
    public void In_any_order_of_versions_restarts_and_damage_a_site_never_goes_back()
    {
        const int Versions = 8;
        TestSite site = new();
        byte[][] records = [.. Enumerable.Range(0, Versions).Select(version => TestSite.Record(1_000 + version).Write())];
        byte[][] contents = [.. Enumerable.Range(0, Versions).Select(version =>
        {
            site.Files[EndPointRecord.FileName] = records[version];
            return site.Sign(Now - 100 + version);
        })];
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, Versions - 1]).Array[1, 40].Sample(steps =>
        {
            using TestFolder folder = new();
            SiteShelf shelf = new(folder.Path, _clock, _log);
            shelf.Keep(site.Address, SiteKind.Followed);
            int newest = -1;
            foreach ((int step, int version) in steps)
            {
                switch (step)
                {
                    case < 5:
                        bool isTaken = shelf.Take(site.Address, contents[version]) is SiteTaking.Current or SiteTaking.AwaitsFiles;
                        isTaken.Should().Be(version > newest || (version == newest && shelf.Find(site.Address.Text)!.Modified != Now - 100 + newest));
                        newest = Math.Max(newest, version);
                        break;
                    case < 8:
                        shelf.Give(site.Address, EndPointRecord.FileName, records[version]);
                        break;
                    case 8:
                        shelf = new SiteShelf(folder.Path, _clock, _log);
                        shelf.Keep(site.Address, SiteKind.Followed);
                        break;
                    default:
                        File.Delete(Path.Join(folder.Of($"followed/{site.Address}"), version % 2 == 0 ? "content.json" : SiteFile.Of(records[version]).Sha512));
                        break;
                }

                if (shelf.Record(site.Address) is { } record)
                {
                    record.Modified.Should().BeLessThanOrEqualTo(Now - 100 + newest);
                    record.Record.Should().Be(TestSite.Record((int)(1_000 + record.Modified - (Now - 100))), "content and end points belong together");
                }
            }
        }, iter: 60, threads: 1);
    }

    private SiteShelf Open() => new(_folder.Of("sites"), _clock, _log);

    private static TestSite Followed(SiteShelf shelf)
    {
        var site = TestSite.WithEndPoints();
        shelf.Keep(site.Address, SiteKind.Followed).Should().BeNull();
        return site;
    }
}
