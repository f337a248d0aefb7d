namespace Klyntar.Overlay.Fuzz.Tests;

[Collection(nameof(FuzzerTests))]
public sealed class FuzzSessionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("klyntar-fuzz").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_failure_is_kept_and_its_replay_is_said_and_fails_again()
    {
        FakeTarget target = new(static input => Promise.Holds(input.Length < 5));
        using StringWriter output = new();
        FuzzSession session = new(_root, output);
        session.Run([target], TimeSpan.FromMinutes(1), inputs: 100_000, seed: 1, save: false).Should().Be(1);

        string kept = Directory.GetFiles(Path.Join(_root, "artifacts/fuzz/failures")).Should().ContainSingle().Subject;
        output.ToString().Should().Contain("FAILED: fake:").And.Contain($"./fuzz/run --replay artifacts/fuzz/failures/{Path.GetFileName(kept)} fake");
        session.Invoking(s => s.Replay(kept, [target])).Should().Throw<PromiseBrokenException>();
    }

    [Fact]
    public void Assemblies_that_are_not_instrumented_are_a_failure()
    {
        using StringWriter output = new();
        new FuzzSession(_root, output).Run([new FakeTarget(static _ => { })], TimeSpan.FromMinutes(1), inputs: 10, seed: 1, save: false).Should().Be(1);
        output.ToString().Should().Contain("not instrumented");
    }
}
