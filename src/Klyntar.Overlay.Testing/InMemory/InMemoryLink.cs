using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing;

/// <summary>A stream through the in-memory overlay: two connections and what moves bytes between them.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and may be cancelled late.")]
internal sealed class InMemoryLink
{
    private static int s_count;

    private readonly TransportCapabilities _capabilities;
    private readonly InMemoryLane _fromDialler;
    private readonly InMemoryLane _toDialler;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkEnd? _end;

    public InMemoryLink(InMemoryOptions options, InMemoryFaults faults, TimeProvider clock, int path)
    {
        _capabilities = options.Capabilities;
        Number = Interlocked.Increment(ref s_count);
        var pipe = new PipeOptions(
            pauseWriterThreshold: options.Window,
            resumeWriterThreshold: options.Window / 2,
            useSynchronizationContext: false);
        StreamFault? stall = faults.HalfOpen ? new StreamFault(StreamFaultKind.Stall, 0) : null;
        _fromDialler = new InMemoryLane(pipe, stall ?? faults.FromDialler, faults.Latency, clock);
        _toDialler = new InMemoryLane(pipe, stall ?? faults.ToDialler, faults.Latency, clock);
        Dialled = new InMemoryConnection(this, LinkSide.Dialler, path, new Duplex(_toDialler.Input, _fromDialler.Output));
        Accepted = new InMemoryConnection(this, LinkSide.Visitor, path, new Duplex(_fromDialler.Input, _toDialler.Output));
    }

    public int Number { get; }

    /// <summary>The dialler's end.</summary>
    public InMemoryConnection Dialled { get; }

    /// <summary>The service's end.</summary>
    public InMemoryConnection Accepted { get; }

    /// <summary>Cancelled once both directions have ended.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Done once both directions have ended.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Begins to move bytes, until both directions have ended.</summary>
    /// <param name="owners">The transports it runs over.</param>
    public void Start(ReadOnlySpan<InMemoryTransport> owners)
    {
        foreach (InMemoryTransport owner in owners)
        {
            owner.Attach(this);
        }

        Task lanes = Task.WhenAll(RunLaneAsync(_fromDialler, LinkSide.Dialler), RunLaneAsync(_toDialler, LinkSide.Visitor));
        _ = FinishAsync(lanes, owners.ToArray());
    }

    private async Task FinishAsync(Task lanes, InMemoryTransport[] owners)
    {
        try
        {
            await lanes.ConfigureAwait(false);
            await _closed.CancelAsync().ConfigureAwait(false);
            _completion.SetResult();
        }
        catch (Exception e)
        {
            // A bug here: whoever disposes the transport sees it.
            _completion.SetException(e);
        }
        finally
        {
            foreach (InMemoryTransport owner in owners)
            {
                owner.Detach(this);
            }
        }
    }

    /// <summary>One side drops the connection.</summary>
    public void Abort(LinkSide side) => End(new LinkEnd(LinkEndKind.Aborted, side));

    /// <summary>The connection breaks underneath.</summary>
    public void Break() => End(new LinkEnd(LinkEndKind.Broken, default));

    private void End(LinkEnd end)
    {
        // The first cause is kept.
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            _stop.Cancel();
        }
    }

    private async Task RunLaneAsync(InMemoryLane lane, LinkSide sender)
    {
        try
        {
            LaneEnd laneEnd = await lane.MoveAsync(_stop.Token).ConfigureAwait(false);
            switch (laneEnd)
            {
                case LaneEnd.Fin:
                    if (!_capabilities.HalfClose)
                    {
                        // Before the receiver can see the end and answer.
                        End(new LinkEnd(LinkEndKind.Fin, sender));
                    }

                    lane.End(null, null);
                    return;
                case LaneEnd.ReceiverGone:
                    lane.End(null, null);
                    return;
                case LaneEnd.SenderFailed:
                    Abort(sender);
                    break;
                default:
                    Break();
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The link has ended; how is in _end.
        }

        LinkSide receiver = sender == LinkSide.Dialler ? LinkSide.Visitor : LinkSide.Dialler;
        lane.End(Seen(sender), Seen(receiver));
    }

    /// <summary>What a side's pipes throw after the link's end.</summary>
    private Exception? Seen(LinkSide side) => _end switch
    {
        { Kind: LinkEndKind.Aborted, Side: var by } when by == side => new ConnectionAbortedException("The connection was aborted on this side."),
        { Kind: LinkEndKind.Aborted or LinkEndKind.Broken } when _capabilities.Reset => new ConnectionResetException("The connection was reset."),
        _ => null,
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed record LinkEnd(LinkEndKind Kind, LinkSide Side);

    private enum LinkEndKind
    {
        Fin,
        Aborted,
        Broken,
    }
}

/// <summary>A side of a link.</summary>
internal enum LinkSide
{
    /// <summary>Who dialled.</summary>
    Dialler,

    /// <summary>Who accepted.</summary>
    Visitor,
}
