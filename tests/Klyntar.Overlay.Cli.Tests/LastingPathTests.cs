namespace Klyntar.Overlay.Cli.Tests;

public sealed class LastingPathTests : IDisposable
{
    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("klyntar-test-");

    public void Dispose() => _checkout.Delete(recursive: true);

    [Fact]
    public void A_build_of_a_checkout_is_found_by_the_checkouts_script()
    {
        string script = Path.Combine(_checkout.FullName, "klyntar-overlay");
        string program = Path.Combine(_checkout.FullName, "artifacts", "run", "build-1700000000-1", "klyntar-overlay");
        LastingPath.Of(program).Should().Be(program, "there is no script");

        File.WriteAllText(script, "#!/bin/sh\n");

        LastingPath.Of(program).Should().Be(script);
    }

    [Theory]
    [InlineData("/usr/bin/klyntar-overlay")]
    [InlineData("/klyntar-overlay")]
    [InlineData("/a/artifacts/bin/Klyntar.Overlay.Cli/debug/klyntar-overlay")]
    [InlineData(null)]
    public void Any_other_program_is_found_where_it_is(string? program) => LastingPath.Of(program).Should().Be(program);
}
