using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>One end of two pipes: aborting it resets the other end, as sockets do.</summary>
internal sealed class MemoryEnd(Pipe input, Pipe output) : ConnectionContext
{
    public bool IsAborted { get; private set; }

    public override string ConnectionId { get; set; } = "memory";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; } = new Duplex(input.Reader, output.Writer);

    /// <summary>Two ends of one connection.</summary>
    /// <param name="window">How many bytes are under way before a writer waits.</param>
    public static (MemoryEnd Dialled, MemoryEnd Accepted) Pair(int window = 64 * 1024)
    {
        PipeOptions options = new(pauseWriterThreshold: window, resumeWriterThreshold: window / 2, useSynchronizationContext: false);
        Pipe forth = new(options);
        Pipe back = new(options);
        return (new MemoryEnd(back, forth), new MemoryEnd(forth, back));
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        IsAborted = true;
        output.Writer.Complete(new ConnectionResetException("Reset by the other end."));
        input.Writer.Complete(abortReason);
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync();
        await Transport.Input.CompleteAsync();
        await base.DisposeAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
