using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>A connection in memory, as a transport of somebody's might make it, and the far end of it.</summary>
internal sealed class MemoryConnection : ConnectionContext
{
    public MemoryConnection(long pauseAt = 64 * 1024)
    {
        PipeOptions options = new(pauseWriterThreshold: pauseAt, resumeWriterThreshold: pauseAt / 2, useSynchronizationContext: false);
        Pipe toHere = new(options);
        Pipe fromHere = new(options);
        Transport = new DuplexPipe(toHere.Reader, fromHere.Writer);
        Far = new DuplexPipe(fromHere.Reader, toHere.Writer);
    }

    /// <summary>What the far end reads and writes.</summary>
    public IDuplexPipe Far { get; }

    public List<ConnectionAbortedException> Aborts { get; } = [];

    public int Disposals { get; private set; }

    public Exception? ThrowOnDispose { get; init; }

    public Action? OnAbort { get; init; }

    public Action? OnDispose { get; init; }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; } = "memory";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Aborts.Add(abortReason);
        OnAbort?.Invoke();
    }

    public override async ValueTask DisposeAsync()
    {
        Disposals++;
        OnDispose?.Invoke();
        await base.DisposeAsync();
        if (ThrowOnDispose is not null)
        {
            throw ThrowOnDispose;
        }
    }
}
