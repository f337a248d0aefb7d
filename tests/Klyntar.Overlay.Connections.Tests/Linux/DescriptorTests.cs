using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>A descriptor's life among many threads, and where the kernel watches it not.</summary>
public sealed class DescriptorTests
{
    private static EpollLoop Loop => LinuxEngine.LoopOrSkip();

    [Fact]
    public void It_is_given_back_once_and_only_when_the_last_who_uses_it_has_left()
    {
        for (int round = 0; round < 2_000; round++)
        {
            Owner owner = new();
            Descriptor descriptor = new(Loop, number: -1, owner);
            int misuses = 0;
            Parallel.For(0, 8, i =>
            {
                if (i % 4 == 3)
                {
                    descriptor.Close();
                }
                else if (descriptor.TryEnter())
                {
                    misuses += owner.Disposals;
                    descriptor.Leave();
                }
            });
            (misuses, owner.Disposals).Should().Be((0, 1), "round {0}", round);
            descriptor.TryEnter().Should().BeFalse();
            owner.Disposals.Should().Be(1, "a refused entry does not give it back again");
        }
    }

    [Fact]
    public void What_the_kernel_cannot_watch_says_so_and_can_still_be_closed()
    {
        // epoll_ctl(2) refuses ordinary files.
        using SafeFileHandle file = File.OpenHandle(typeof(DescriptorTests).Assembly.Location);
        Owner owner = new();
        Descriptor descriptor = new(Loop, (int)file.DangerousGetHandle(), owner);
        for (int i = 0; i < 2; i++)
        {
            descriptor.Invoking(d => d.Input).Should().Throw<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.AccessDenied);
            descriptor.Invoking(d => d.Output).Should().Throw<SocketException>();
        }

        descriptor.Close();
        owner.Disposals.Should().Be(1);
        descriptor.Input.WaitAsync(onLoop: false).AsTask().IsCompletedSuccessfully.Should().BeTrue("trying again tells");
    }

    [Fact]
    public async Task A_copy_whose_source_the_kernel_cannot_watch_fails_and_the_loop_goes_on()
    {
        LinuxSocketEngine engine = (LinuxSocketEngine)LinuxEngine.OrSkip();
        using SocketPair source = await SocketPair.CreateAsync(engine, SocketKind.Tcp);
        using SocketPair destination = await SocketPair.CreateAsync(engine, SocketKind.Tcp);

        // Watched under its number once already, it is refused (EEXIST).
        LinuxSocket accepted = (LinuxSocket)source.Accepted;
        _ = accepted.Descriptor.Input;
        LinuxSocket twin = new(engine, accepted.Descriptor.Number, source.Connected.LocalEndPoint!);
        Outcome outcome = new();
        engine.Copy(twin, destination.Accepted, outcome);
        CopyOutcome ended = await outcome.Task.Within();
        ended.End.Should().Be(CopyEnd.SourceFailed);
        ended.Cause.Should().BeOfType<SocketException>();
        await Loop.DrainedAsync();
    }

    [Fact]
    public async Task Two_who_receive_at_once_are_told_and_the_first_loses_nothing()
    {
        SocketEngine engine = LinuxEngine.OrSkip();
        using SocketPair pair = await SocketPair.CreateAsync(engine, SocketKind.Tcp);
        using SocketPair other = await SocketPair.CreateAsync(engine, SocketKind.Tcp);
        Task<int> first = pair.Accepted.ReceiveAsync(new byte[1]).AsTask();
        await pair.Accepted.Awaiting(s => s.ReceiveAsync(new byte[1]).Within()).Should().ThrowAsync<InvalidOperationException>();
        await pair.Accepted.Awaiting(s => s.WaitReadableAsync().Within()).Should().ThrowAsync<InvalidOperationException>();
        Outcome outcome = new();
        engine.Copy(pair.Accepted, other.Accepted, outcome);
        (await outcome.Task.Within()).Cause.Should().BeOfType<InvalidOperationException>();
        await pair.Connected.SendAsync("x"u8.ToArray());
        (await first.Within()).Should().Be(1);
        await Loop.DrainedAsync();
    }

    [Fact]
    public async Task Whoever_waits_on_a_number_that_was_used_before_is_not_woken_for_good_by_what_was_meant_for_the_one_before()
    {
        SocketEngine engine = LinuxEngine.OrSkip();
        await using EngineListener listener = engine.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        HashSet<int> numbers = [];
        int again = 0;
        for (int round = 0; round < 500; round++)
        {
            using EngineSocket connected = await engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
            using EngineSocket? accepted = await listener.AcceptAsync().Within();
            again += numbers.Add(((LinuxSocket)accepted!).Descriptor.Number) ? 0 : 1;
            Task<int> receiving = accepted.ReceiveAsync(new byte[1]).AsTask();
            if (round % 2 == 0)
            {
                // Its events and its end are on their way when the next one gets its number.
                Task sending = connected.SendAsync("x"u8.ToArray()).AsTask();
                accepted.Dispose();
                await sending.ContinueWith(static _ => { }, TaskScheduler.Default).Within();
                await receiving.ContinueWith(static _ => { }, TaskScheduler.Default).Within();
            }
            else
            {
                await connected.SendAsync("y"u8.ToArray());
                (await receiving.Within()).Should().Be(1, "round {0}", round);
            }
        }

        again.Should().BePositive("else nothing was tested");
    }

    private sealed class Owner : IDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }

    private sealed class Outcome : ICopyProgress
    {
        private readonly TaskCompletionSource<CopyOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<CopyOutcome> Task => _ended.Task;

        public void OnReceived(long bytes)
        {
        }

        public void OnCopied(long bytes)
        {
        }

        public void OnForwarded(long bytes)
        {
        }

        public void OnEnded(CopyOutcome outcome) => _ended.SetResult(outcome);
    }
}
