using CsCheck;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class DestinationGateTests
{
    private readonly OverlayEndPoint[] _destinations;

    public DestinationGateTests()
    {
        InMemoryTransport transport = new InMemoryOverlay().CreateTransport();
        string[] hosts = [transport.Identities!.Create().Address, transport.Identities.Create().Address];
        _destinations = [.. hosts.Select(h => transport.Parse(h, 80).EndPoint!)];
    }

    [Fact]
    public async Task Turns_come_in_the_order_of_asking()
    {
        var gate = new DestinationGate(1);
        (await gate.EnterAsync(_destinations[0], Deadline.None, CancellationToken.None)).Should().BeNull();
        Task<DialError?> second = gate.EnterAsync(_destinations[0], Deadline.None, CancellationToken.None).AsTask();
        Task<DialError?> third = gate.EnterAsync(_destinations[0], Deadline.None, CancellationToken.None).AsTask();
        second.IsCompleted.Should().BeFalse();

        gate.Leave(_destinations[0]);
        (await second.SoonAsync()).Should().BeNull();
        third.IsCompleted.Should().BeFalse();
        gate.Leave(_destinations[0]);
        (await third.SoonAsync()).Should().BeNull();
        gate.Leave(_destinations[0]);
        gate.Destinations.Should().Be(0);
    }

    [Fact]
    public void Any_sequence_of_comings_and_goings_keeps_the_limit_and_leaves_nothing_behind() =>
        Gen.Select(Gen.Int[1, 4], Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2]).Array[0, 60]).Sample((limit, steps) =>
        {
            var gate = new DestinationGate(limit);
            var waiting = new List<(int Destination, Task<DialError?> Turn, CancellationTokenSource Patience)>();
            foreach ((int destination, int what) in steps)
            {
                switch (what)
                {
                    case 0:
                        var patience = new CancellationTokenSource();
                        waiting.Add((destination, gate.EnterAsync(_destinations[destination], Deadline.None, patience.Token).AsTask(), patience));
                        break;
                    case 1 when waiting.FindIndex(w => w.Destination == destination && w.Turn.IsCompletedSuccessfully && w.Turn.Result is null) is >= 0 and var inside:
                        waiting.RemoveAt(inside);
                        gate.Leave(_destinations[destination]);
                        SettleAsync().GetAwaiter().GetResult();
                        break;
                    case 2 when waiting.FindLastIndex(w => w.Destination == destination && !w.Turn.IsCompleted) is >= 0 and var outside:
                        waiting[outside].Patience.Cancel();
                        waiting[outside].Turn.GetAwaiter().GetResult()!.Kind.Should().Be(DialErrorKind.Cancelled);
                        waiting.RemoveAt(outside);
                        break;
                }

                for (int d = 0; d < 2; d++)
                {
                    int inside = waiting.Count(w => w.Destination == d && w.Turn.IsCompleted);
                    inside.Should().Be(Math.Min(limit, waiting.Count(w => w.Destination == d)));
                }
            }

            gate.Destinations.Should().Be(waiting.Select(w => w.Destination).Distinct().Count());

            // Turns are given on the thread pool.
            async Task SettleAsync() => await Patience.UntilAsync(() => Enumerable.Range(0, 2).All(d =>
                waiting.Count(w => w.Destination == d && w.Turn.IsCompleted) == Math.Min(limit, waiting.Count(w => w.Destination == d))));
        }, iter: 300, threads: 1);
}
