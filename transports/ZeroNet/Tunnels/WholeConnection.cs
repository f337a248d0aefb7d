using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A tunnel over a connection between two gateways that carries nothing else.</summary>
internal sealed class WholeConnection : ITunnelCarrier, IDuplexPipe
{
    // A TLS record holds 16 KiB; larger writes fill several.
    private const int BufferSize = 64 * 1024;

    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true);
    private static readonly StreamPipeWriterOptions WriterOptions = new(minimumBufferSize: 4096, leaveOpen: true);

    private readonly PeerStream _stream;

    /// <summary>Takes the stream over, and owns it.</summary>
    public WholeConnection(PeerStream stream)
    {
        _stream = stream;
        Input = PipeReader.Create(stream, ReaderOptions);
        Output = PipeWriter.Create(stream, WriterOptions);
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <inheritdoc/>
    public IDuplexPipe Pipe => this;

    /// <summary>Always: a connection that is cut throws.</summary>
    public bool IsEndMeant => true;

    /// <inheritdoc/>
    public ValueTask EndAsync() => _stream.EndAsync();

    /// <inheritdoc/>
    public void Abort(ConnectionAbortedException reason) => _stream.Abort(reason.Message);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
