namespace Klyntar.Overlay.Fuzz.Tests;

internal sealed class FakeTarget(Action<byte[]> run) : IFuzzTarget
{
    public string Name => "fake";

    public int MaxLength => 64;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words("word");

    public void Run(ReadOnlySpan<byte> input) => run(input.ToArray());
}
