namespace Klyntar.Overlay.Authors.Tests;

/// <summary><c>docs/adding-a-transport.md</c>, followed to the letter.</summary>
public sealed class GuideTests(PackedGateway gateway) : IDisposable
{
    // What a reader does without, and what each has of his own.
    private static readonly string[] OfTheTemplateAlone = ["README.md", ".gitignore"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("klyntar-guide-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Each_block_is_a_file_or_lines_for_a_shell()
    {
        AuthorsGuide.Blocks.Should().HaveCountGreaterThan(20);
        AuthorsGuide.Blocks.Where(b => b.File.Length == 0).Should().OnlyContain(b => b.Language == "sh");
        AuthorsGuide.Blocks.Select(b => b.File).Where(f => f.Length > 0).Should().OnlyHaveUniqueItems();
        File.ReadLines(Repository.PathOf("docs", "adding-a-transport.md")).Count(line => line.StartsWith("```", StringComparison.Ordinal)).Should().Be(2 * AuthorsGuide.Blocks.Count);
    }

    [Fact]
    public async Task Who_follows_it_has_a_transport_that_passes_the_kit_and_carries_a_page_and_is_the_templates()
    {
        // The first ones were run for all tests.
        ProgramRun walk = await gateway.BashAsync(AuthorsGuide.Script(AuthorsGuide.Blocks.Skip(PackedGateway.BlocksRun)), _folder.FullName);

        string written = Path.Join(_folder.FullName, "Village");
        walk.Output.Should().MatchRegex("failed: 0").And.Contain("its transport is village");
        walk.Output.Should().EndWith(await File.ReadAllTextAsync(Path.Join(written, "overlay.json"), TestContext.Current.CancellationToken), "the page that went through it comes last");

        string template = Path.Join(_folder.FullName, "from-template", "Village");
        foreach (string file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(template, f)).Except(OfTheTemplateAlone))
        {
            string text = await File.ReadAllTextAsync(Path.Join(template, file), TestContext.Current.CancellationToken);
            AuthorsGuide.Blocks.Should().ContainSingle(b => b.File == file, "the guide has all files of the template").Which.Text.Should().Be(text, "{0} is the same in the guide and in the template", file);
        }
    }
}
