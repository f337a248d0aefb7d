namespace Klyntar.Overlay.Fuzz.Tests;

public sealed class CorpusTests
{
    private static readonly string Root = Path.Join(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(static t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_of_the_corpus_breaks_a_promise(string name)
    {
        IFuzzTarget target = FuzzTargets.All.Single(t => t.Name == name);
        string[] files = Directory.GetFiles(Path.Join(Root, name));
        files.Should().NotBeEmpty();
        foreach (string file in files)
        {
            Action run = () => target.Run(File.ReadAllBytes(file));
            run.Should().NotThrow(file);
        }
    }

    [Fact]
    public void Every_folder_of_the_corpus_is_a_targets() =>
        Directory.GetDirectories(Root).Select(Path.GetFileName).Should().BeEquivalentTo(FuzzTargets.All.Select(static t => t.Name));
}
