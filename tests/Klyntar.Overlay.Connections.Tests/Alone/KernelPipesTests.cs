using System.Collections.Concurrent;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>The pipes that copies borrow. Alone, since a user has so many pages in pipes and no more.</summary>
[Collection(AloneCollection.Name)]
public sealed class KernelPipesTests
{
    public KernelPipesTests() => LinuxEngine.OrSkip();

    [Fact]
    public void No_more_than_the_limit_are_in_use_at_once()
    {
        KernelPipes pipes = new(large: 0, limit: 3);
        KernelPipe?[] rented = [.. Enumerable.Range(0, 4).Select(_ => pipes.TryRent())];
        rented.Count(p => p is not null).Should().Be(3);
        pipes.Rented.Should().Be(3);
        pipes.Return(rented[1]!, isEmpty: true);
        pipes.TryRent().Should().BeSameAs(rented[1], "an empty one goes round");
        pipes.TryRent().Should().BeNull();
        foreach (KernelPipe? pipe in rented[..3])
        {
            pipes.Return(pipe!, isEmpty: false);
        }

        pipes.Rented.Should().Be(0);
    }

    [Fact]
    public void The_first_are_large_and_a_large_one_that_is_free_goes_first()
    {
        KernelPipes pipes = new(large: 2, limit: 4);
        KernelPipe[] rented = [.. Enumerable.Range(0, 4).Select(_ => pipes.TryRent()!)];
        rented.Select(p => p.Capacity / 1024).Should().Equal(1024, 1024, 256, 256);
        pipes.Return(rented[1], isEmpty: true);
        pipes.Return(rented[3], isEmpty: true);
        pipes.TryRent().Should().BeSameAs(rented[1]);
        pipes.TryRent().Should().BeSameAs(rented[3], "no more than two are large");
        pipes.Return(rented[0], isEmpty: false);
        KernelPipe next = pipes.TryRent()!;
        next.Capacity.Should().Be(1024 * 1024, "a large one was closed");
        foreach (KernelPipe pipe in (KernelPipe[])[next, .. rented[1..]])
        {
            pipes.Return(pipe, isEmpty: false);
        }
    }

    [Fact]
    public unsafe void One_with_bytes_in_it_is_closed_and_never_given_to_anybody_else()
    {
        KernelPipes pipes = new(large: 0, limit: 2);
        KernelPipe left = pipes.TryRent()!;
        byte one = 1;
        Libc.Write(left.WriteEnd, &one, 1).Should().Be(1);
        pipes.Return(left, isEmpty: false);
        Libc.Control(left.ReadEnd, Libc.GetFlags, 0).Should().Be(-1);
        Libc.Control(left.WriteEnd, Libc.GetFlags, 0).Should().Be(-1);
        KernelPipe next = pipes.TryRent()!;
        next.Should().NotBeSameAs(left);
        pipes.Return(next, isEmpty: false);
    }

    [Fact]
    public void What_a_rush_leaves_over_is_closed_but_for_a_few()
    {
        KernelPipes pipes = new(large: 20, limit: 40);
        KernelPipe[] rush = [.. Enumerable.Range(0, 40).Select(_ => pipes.TryRent()!)];
        rush.Should().NotContainNulls().And.OnlyHaveUniqueItems();
        foreach (KernelPipe pipe in rush)
        {
            pipes.Return(pipe, isEmpty: true);
        }

        KernelPipe[] open = [.. rush.Where(p => Libc.Control(p.ReadEnd, Libc.GetFlags, 0) >= 0)];
        open.Should().HaveCount(16);
        foreach (KernelPipe pipe in open)
        {
            pipe.Close();
        }
    }

    [Fact]
    public void Whoever_rents_at_the_same_moment_gets_another_one()
    {
        KernelPipes pipes = new(large: 4, limit: 8);
        ConcurrentDictionary<KernelPipe, bool> inUse = [];
        int most = 0;
        int refused = 0;
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            for (int round = 0; round < 500; round++)
            {
                if (pipes.TryRent() is not { } pipe)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }

                inUse.TryAdd(pipe, true).Should().BeTrue("nobody else has it");
                int now = inUse.Count;
                for (int seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                {
                    Interlocked.CompareExchange(ref most, now, seen);
                }

                inUse.TryRemove(pipe, out _).Should().BeTrue();
                pipes.Return(pipe, isEmpty: (round + i) % 16 != 0);
            }
        });
        most.Should().BeInRange(1, 8);
        pipes.Rented.Should().Be(0);
        while (pipes.TryRent() is { } pipe)
        {
            pipe.Close();
        }
    }

    [Fact]
    public async Task Copies_give_their_pipe_back_while_they_idle_and_never_have_more_than_the_limit()
    {
        const int Count = 150;
        const int Length = 400_000;
        SocketEngine engine = LinuxEngine.OrSkip();
        RelayRig[] rigs = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => RelayRig.StartAsync(engine, SocketKind.Unix)));
        byte[] sent = Bytes.Random(Length);

        // First they stall with bytes in their pipes: nobody receives.
        Task[] sending = [.. rigs.Select(r => r.Client.SendAsync(sent).AsTask())];
        await Eventually.TrueAsync(() => KernelPipes.Shared.Rented > 0);
        Task<byte[]>[] receiving = [.. rigs.Select(r => r.Target.ReceiveExactlyAsync(Length))];
        int most = 0;
        foreach (Task<byte[]> one in receiving)
        {
            most = Math.Max(most, KernelPipes.Shared.Rented);
            (await one.Within()).AsSpan().SequenceEqual(sent).Should().BeTrue();
        }

        await Task.WhenAll(sending).Within();
        most.Should().BeLessThanOrEqualTo(128);
        await Eventually.TrueAsync(() => KernelPipes.Shared.Rented == 0);
        foreach (RelayRig rig in rigs)
        {
            rig.Result.IsCompleted.Should().BeFalse();
            rig.Dispose();
            await rig.Result.Within();
        }
    }
}
