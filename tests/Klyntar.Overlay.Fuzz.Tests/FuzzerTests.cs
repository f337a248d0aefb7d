using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Fuzz.Tests;

/// <summary>The map that instrumented code writes to is one for the process, so these run one after another.</summary>
[Collection(nameof(FuzzerTests))]
public sealed class FuzzerTests
{
    private static readonly byte[][] Seeds = ["some"u8.ToArray(), "seed"u8.ToArray()];

    [Fact]
    public void An_input_that_makes_it_throw_is_reported()
    {
        FuzzFailure? failure = Run(static input => Promise.Holds(input.Length < 3 || input[1] != 'w' || input[2] != 'o')).Failure;
        failure.Should().NotBeNull();
        failure!.Input[1..3].Should().Equal("wo"u8.ToArray());
        failure.What.Should().Contain("The promise does not hold: input.Length < 3 ||");
        failure.IsHang.Should().BeFalse();
    }

    [Fact]
    public void An_input_that_does_not_end_is_reported()
    {
        using ManualResetEventSlim release = new();
        FakeTimeProvider clock = new();
        FuzzFailure? failure = Run(
            input =>
            {
                if (input.Length > 10)
                {
                    clock.Advance(2 * Fuzzer.InputTime);
                    release.Wait();
                }
            },
            clock: clock).Failure;
        release.Set();
        failure.Should().NotBeNull();
        failure!.IsHang.Should().BeTrue();
        failure.Input.Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public void An_input_that_takes_much_memory_is_reported()
    {
        FuzzFailure? failure = Run(static input => _ = input.Length > 10 ? new byte[Fuzzer.InputMemory].Length : 0).Failure;
        failure!.What.Should().Contain("allocate");
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        List<string> first = [];
        List<string> second = [];
        Run(input => first.Add(Convert.ToHexString(input)), maxExecutions: 500);
        Run(input => second.Add(Convert.ToHexString(input)), maxExecutions: 500);
        first.Should().HaveCount(500).And.Equal(second);
    }

    [Fact]
    public void The_corpus_is_run_first_and_no_input_is_too_long()
    {
        List<byte[]> inputs = [];
        FuzzResult result = Run(inputs.Add, maxExecutions: 5_000);
        result.Executions.Should().Be(5_000);
        result.Failure.Should().BeNull();
        inputs.Take(3).Should().BeEquivalentTo((byte[][])[.. Seeds, []], static o => o.WithStrictOrdering());
        inputs.Max(static i => i.Length).Should().BeInRange(32, 64);
    }

    [Fact]
    public void It_ends_when_its_time_is_over()
    {
        FakeTimeProvider clock = new();
        FuzzResult result = Run(_ => clock.Advance(TimeSpan.FromSeconds(1)), clock: clock);
        result.Executions.Should().Be(60);
        result.Failure.Should().BeNull();
    }

    [Fact]
    public void A_codec_that_depends_on_the_split_is_found()
    {
        Action check = () => Promise.IsSplitIndependent("abc"u8, static (_, split) => split.Count());
        check.Should().Throw<PromiseBrokenException>().WithMessage("*depends on the split*at once: 1*parts of 1 1 1: 3*");
    }

    [Fact]
    public void A_split_has_all_of_the_input() => Gen.Byte.Array[0, 600].Sample(static input =>
    {
        foreach (IEnumerable<int> split in new[] { Splits.Whole(input), Splits.Single(input), Splits.Odd(input) })
        {
            split.Sum().Should().Be(input.Length);
            split.Should().NotContain(static part => part < 0);
        }
    }, iter: 100);

    private static FuzzResult Run(Action<byte[]> run, long maxExecutions = 1_000_000, TimeProvider? clock = null) =>
        new Fuzzer(new FakeTarget(run), Seeds, seed: 7, clock ?? new FakeTimeProvider()).Run(TimeSpan.FromMinutes(1), maxExecutions);
}
