using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>The main promise: dial what is published, and bytes go both ways.</summary>
    [Fact]
    public async Task A_dial_reaches_the_service_and_bytes_go_both_ways()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await SharedHostAsync(pair);
        Wire wire = await ConnectAsync(pair, host);
        Assert.Equal(host.Service.Definition.Ports[0], wire.Visitor.Port);
        await EchoOnceAsync(wire);
    }

    /// <summary>A service may speak before its visitor has said anything.</summary>
    [Fact]
    public async Task A_service_may_speak_first()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await HostAsync(pair);
        byte[] banner = Wire.Bytes(5, 100);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task greeting = GreetAsync(done.Token);
        DialResult result = await Within(
            ValueOf(pair.Dialler.Transport.DialAsync(Request(pair.Dialler, host.Service.EndPoints[0], Limits.Patience), Stop)),
            "Connecting to a published service");
        Assert.True(result.IsConnected, $"A published service must be reachable, but: {result.Error}");
        ConnectionContext dialled = Own(result.Connection);
        Assert.Equal(banner, await Within(Wire.ReadAsync(dialled, banner.Length, Stop), "Reading what a service says first"));
        await done.CancelAsync();
        await Within(greeting, "Greeting visitors");

        // Every visitor: overlays may try a dial more than once, and the first to come need not be the one that stays.
        async Task GreetAsync(CancellationToken token)
        {
            try
            {
                while (await host.Service.AcceptAsync(token).ConfigureAwait(false) is { } visitor)
                {
                    Own(visitor.Connection);
                    try
                    {
                        await Wire.WriteAsync(visitor.Connection, banner, token).ConfigureAwait(false);
                    }
                    catch (IOException)
                    {
                        // One that did not stay.
                    }
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                // The banner was read: no more visitors are awaited.
            }
        }
    }

    /// <summary>Bytes are exact: nothing is lost, doubled or reordered.</summary>
    [Fact]
    public async Task A_long_stream_is_exact_in_both_directions_at_once()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await SharedHostAsync(pair);
        Wire wire = await ConnectAsync(pair, host);
        byte[] up = Wire.Bytes(6, Limits.BytesOfLongStream);
        byte[] down = Wire.Bytes(7, Limits.BytesOfLongStream);
        Task<byte[]> upRead = Wire.ReadLongAsync(wire.Accepted, up.Length, Stop);
        Task<byte[]> downRead = Wire.ReadLongAsync(wire.Dialled, down.Length, Stop);
        await Within(Task.WhenAll(Wire.WriteAsync(wire.Dialled, up, Stop), Wire.WriteAsync(wire.Accepted, down, Stop)), "Writing a long stream both ways");
        AssertSame(up, await Within(upRead, "Reading a long stream"));
        AssertSame(down, await Within(downRead, "Reading a long stream"));
    }

    /// <summary>Streams do not mix, and none waits for another.</summary>
    [Fact]
    public async Task Many_streams_at_once_keep_apart()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await SharedHostAsync(pair);
        Task[] streams = [.. Enumerable.Range(0, Limits.Streams).Select(StreamAsync)];
        await Within(Task.WhenAll(streams), $"Carrying {Limits.Streams} streams at once");

        async Task StreamAsync(int number)
        {
            Wire wire = await host.ConnectAsync(pair.Dialler, 0, IsolationKey.Shared, dialAs: null, Stop).ConfigureAwait(false);
            await using (wire.ConfigureAwait(false))
            {
                Task echo = Wire.EchoAsync(wire.Accepted, Stop);
                byte[] bytes = Wire.Bytes(100 + number, Limits.BytesPerStream);
                Task<byte[]> read = Wire.ReadLongAsync(wire.Dialled, bytes.Length, Stop);
                await Wire.WriteAsync(wire.Dialled, bytes, Stop).ConfigureAwait(false);
                AssertSame(bytes, await read.ConfigureAwait(false));
                await wire.Dialled.Transport.Output.CompleteAsync().ConfigureAwait(false);
                await echo.ConfigureAwait(false);
            }
        }
    }

    /// <summary>A dialler that writes faster than the service reads is held up, and nothing is lost.</summary>
    [Fact]
    public async Task A_dialler_is_held_up_while_the_service_does_not_read()
    {
        TransportPair pair = await PairAsync();
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await HoldUpAsync(wire.Dialled, wire.Accepted, pair.Dialler.Transport.Capabilities.UnboundedBuffers);
    }

    /// <summary>A service that writes faster than its visitor reads is held up, and nothing is lost.</summary>
    [Fact]
    public async Task A_service_is_held_up_while_its_visitor_does_not_read()
    {
        TransportPair pair = await PairAsync();
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await HoldUpAsync(wire.Accepted, wire.Dialled, pair.Dialler.Transport.Capabilities.UnboundedBuffers);
    }

    private async Task HoldUpAsync(ConnectionContext writer, ConnectionContext reader, bool isUnbounded)
    {
        const byte End = 255;
        long written = 0;
        bool isEnough = false;

        // Where the flush began that is pending, or less than zero.
        long pendingAt = -1;
        Task writing = WriteAsync();
        for (bool isHeldUp = false; !isHeldUp && !writing.IsCompleted;)
        {
            long before = Volatile.Read(ref pendingAt);
            await Task.WhenAny(writing, Task.Delay(Limits.Quiet, TimeProvider.System, Stop));
            isHeldUp = before >= 0 && before == Volatile.Read(ref pendingAt);
        }

        if (writing.IsFaulted)
        {
            await writing;
        }

        Assert.False(writing.IsCompleted && !isUnbounded, $"{written} bytes were taken from a writer whose reader reads nothing: back-pressure must be bounded, here by {Limits.MaxBytesInFlight}.");
        Volatile.Write(ref isEnough, true);
        await Within(ReadAsync(), "Reading what was held up");
        await Within(writing, "Going on after back-pressure");

        async Task WriteAsync()
        {
            byte[] chunk = new byte[16 * 1024];
            while (written < Limits.MaxBytesInFlight && !Volatile.Read(ref isEnough))
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    chunk[i] = (byte)((written + i) % 251);
                }

                ValueTask<FlushResult> flush = writer.Transport.Output.WriteAsync(chunk, Stop);
                if (!flush.IsCompleted)
                {
                    Volatile.Write(ref pendingAt, written);
                }

                await flush.ConfigureAwait(false);
                Volatile.Write(ref pendingAt, -1);
                written += chunk.Length;
            }

            await writer.Transport.Output.WriteAsync(new[] { End }, Stop).ConfigureAwait(false);
        }

        async Task ReadAsync()
        {
            for (long position = 0; ;)
            {
                ReadResult read = await reader.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    foreach (byte b in piece.Span)
                    {
                        if (b == End)
                        {
                            reader.Transport.Input.AdvanceTo(read.Buffer.End);
                            return;
                        }

                        Assert.True(b == position % 251, $"The byte at {position} is not the one that was written.");
                        position++;
                    }
                }

                reader.Transport.Input.AdvanceTo(read.Buffer.End);
                Assert.False(read.IsCompleted, $"The stream ended after {position} bytes, and its writer had not ended it.");
            }
        }
    }

    /// <summary>Compares without printing megabytes.</summary>
    private static void AssertSame(ReadOnlyMemory<byte> written, ReadOnlyMemory<byte> read)
    {
        Assert.True(written.Length == read.Length, $"{written.Length} bytes were written and {read.Length} were read.");
        int difference = written.Span.CommonPrefixLength(read.Span);
        Assert.True(difference == written.Length, $"The byte at {difference} of {written.Length} is not the one that was written.");
    }
}
