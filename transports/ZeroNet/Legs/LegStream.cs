using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A connection over a leg as a stream, which owns it.</summary>
internal sealed class LegStream(ConnectionContext connection) : AsyncStream
{
    private readonly RawStream _raw = new(connection);
    private int _isDisposed;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _raw.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _raw.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await connection.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    /// <summary>Does not wait: HttpClient closes its streams this way.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _isDisposed) == 0)
        {
            _ = DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }
}
