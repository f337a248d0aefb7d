using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    private const int LastWords = 256 * 1024;

    /// <summary>With half-close: the dialler ends its direction, and the whole answer still comes.</summary>
    [Fact]
    public async Task A_dialler_that_ends_its_direction_still_gets_the_answer_where_half_close_is_declared()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipUnless(pair.Dialler.Transport.Capabilities.HalfClose, "The overlay declares no half-close.");
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await HalfCloseAsync(wire.Dialled, wire.Accepted);
    }

    /// <summary>With half-close: the service ends its direction, and still hears its visitor.</summary>
    [Fact]
    public async Task A_service_that_ends_its_direction_still_hears_its_visitor_where_half_close_is_declared()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipUnless(pair.Dialler.Transport.Capabilities.HalfClose, "The overlay declares no half-close.");
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await HalfCloseAsync(wire.Accepted, wire.Dialled);
    }

    /// <summary>Without half-close: the end of one direction ends both, and all that was written before arrives.</summary>
    [Fact]
    public async Task A_dialler_that_ends_its_direction_ends_both_where_no_half_close_is_declared()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipWhen(pair.Dialler.Transport.Capabilities.HalfClose, "The overlay declares half-close.");
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await EndBothAsync(wire.Dialled, wire.Accepted);
    }

    /// <summary>Without half-close: the same from the service's side.</summary>
    [Fact]
    public async Task A_service_that_ends_its_direction_ends_both_where_no_half_close_is_declared()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipWhen(pair.Dialler.Transport.Capabilities.HalfClose, "The overlay declares half-close.");
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await EndBothAsync(wire.Accepted, wire.Dialled);
    }

    /// <summary>What was flushed before a connection is disposed arrives.</summary>
    [Fact]
    public async Task Disposing_a_connection_delivers_what_was_flushed()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await SharedHostAsync(pair);
        foreach (bool fromDialler in (bool[])[true, false])
        {
            Wire wire = await ConnectAsync(pair, host);
            (ConnectionContext writer, ConnectionContext reader) = fromDialler ? (wire.Dialled, wire.Accepted) : (wire.Accepted, wire.Dialled);
            byte[] bytes = Wire.Bytes(8, LastWords);
            Task<StreamEnd> reading = Wire.ReadToEndAsync(reader, Stop);
            await Within(Wire.WriteAsync(writer, bytes, Stop), "Writing the last words");
            await Within(writer.DisposeAsync(), "Disposing a connection");
            await Within(writer.DisposeAsync(), "Disposing a connection again");
            StreamEnd end = await Within(reading, "Reading until the other side's disposal");
            AssertSame(bytes, end.Bytes);
            Assert.True(end.Failure is null, $"A disposed connection ends in good order for the other side, but its read threw {end.Failure}");
        }
    }

    /// <summary>An abort reaches the other side: as a reset where that is declared, and in any case as an end.</summary>
    [Fact]
    public async Task An_abort_is_a_reset_for_the_other_side_where_declared_and_an_end_anyhow()
    {
        TransportPair pair = await PairAsync();
        ContractHost host = await SharedHostAsync(pair);
        foreach (bool fromDialler in (bool[])[true, false])
        {
            Wire wire = await ConnectAsync(pair, host);
            (ConnectionContext aborter, ConnectionContext other) = fromDialler ? (wire.Dialled, wire.Accepted) : (wire.Accepted, wire.Dialled);
            await EchoOnceAsync(wire);
            Task<StreamEnd> own = Wire.ReadToEndAsync(aborter, Stop);
            Task<StreamEnd> reading = Wire.ReadToEndAsync(other, Stop);
            aborter.Abort(new ConnectionAbortedException("The contract aborts."));
            StreamEnd end = await Within(reading, "Ending a connection that the other side aborted");
            await Within(own, "Ending the reads of a connection that was aborted here");
            if (pair.Dialler.Transport.Capabilities.Reset)
            {
                Assert.True(end.Failure is ConnectionResetException, $"An abort must be a ConnectionResetException for the other side's reads, but: {end.Failure?.ToString() ?? "they completed"}");
            }
        }
    }

    /// <summary>Whoever writes to a side that is gone is told so, and neither hangs nor fills memory.</summary>
    [Fact]
    public async Task Writing_to_a_side_that_aborted_ends()
    {
        TransportPair pair = await PairAsync();
        Wire wire = await ConnectAsync(pair, await SharedHostAsync(pair));
        await EchoOnceAsync(wire);
        wire.Accepted.Abort(new ConnectionAbortedException("The contract aborts."));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience);
        await WriteAsync(patience.Token);

        // Until it ends, however much that is: what lies between may take and drop a lot before the news is through.
        async Task WriteAsync(CancellationToken token)
        {
            byte[] chunk = new byte[16 * 1024];
            try
            {
                while (!token.IsCancellationRequested)
                {
                    FlushResult flush = await wire.Dialled.Transport.Output.WriteAsync(chunk, token).ConfigureAwait(false);
                    if (flush.IsCompleted)
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !token.IsCancellationRequested)
            {
                return;
            }

            Stop.ThrowIfCancellationRequested();
            Assert.Fail($"Writing to a side that aborted must end in an exception or a completed flush within {Limits.Patience}.");
        }
    }

    private async Task HalfCloseAsync(ConnectionContext first, ConnectionContext second)
    {
        byte[] question = Wire.Bytes(9, LastWords);
        byte[] answer = Wire.Bytes(10, Limits.BytesOfLongStream);
        Task<StreamEnd> heard = Wire.ReadToEndAsync(second, Stop);
        await Within(Wire.WriteAsync(first, question, Stop), "Writing a question");
        await first.Transport.Output.CompleteAsync();
        StreamEnd end = await Within(heard, "Reading a question to its FIN");
        AssertSame(question, end.Bytes);
        Assert.True(end.Failure is null, $"A FIN completes the other side's reads in good order, but they threw {end.Failure}");

        Task<StreamEnd> answered = Wire.ReadToEndAsync(first, Stop);
        await Within(Wire.WriteAsync(second, answer, Stop), "Writing the answer after a FIN");
        Assert.False(answered.IsCompleted, "The answer's direction must stay open until its writer ends it.");
        await second.Transport.Output.CompleteAsync();
        end = await Within(answered, "Reading the answer after a FIN");
        AssertSame(answer, end.Bytes);
        Assert.True(end.Failure is null, $"A FIN completes the other side's reads in good order, but they threw {end.Failure}");
    }

    private async Task EndBothAsync(ConnectionContext first, ConnectionContext second)
    {
        byte[] bytes = Wire.Bytes(11, LastWords);
        Task<StreamEnd> own = Wire.ReadToEndAsync(first, Stop);
        Task<StreamEnd> heard = Wire.ReadToEndAsync(second, Stop);
        await Within(Wire.WriteAsync(first, bytes, Stop), "Writing the last words");
        await first.Transport.Output.CompleteAsync();
        StreamEnd end = await Within(heard, "Reading to the end");
        AssertSame(bytes, end.Bytes);
        Assert.True(end.Failure is null, $"The end completes the other side's reads in good order, but they threw {end.Failure}");
        await Within(own, "Ending the direction back, which cannot outlive the other without half-close,");
    }
}
