using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Cli;

/// <summary>
/// Two streams joined to a connection: the end of the input is passed on as FIN, and the session ends when the other side
/// does, whatever the input still holds.
/// </summary>
internal static class NetcatSession
{
    /// <summary>Runs until the other side has ended, or something failed.</summary>
    /// <exception cref="OverlayException">The connection broke.</exception>
    /// <exception cref="IOException">A stream failed.</exception>
    public static async Task RunAsync(ConnectionContext connection, Stream input, Stream output, CancellationToken cancellationToken)
    {
        IDuplexPipe transport = connection.Transport;
        Task sending = SendAsync(input, transport.Output, cancellationToken);
        Task receiving = ReceiveAsync(transport.Input, output, cancellationToken);

        // Reading standard input cannot be cancelled; it is left behind when the other side has ended.
        Task first = await Task.WhenAny(sending, receiving);
        if (first == sending && sending.IsFaulted && sending.Exception.InnerException is not ConnectionLostException)
        {
            connection.Abort();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await sending;
        }

        // What the other side sent before it broke off is still written.
        try
        {
            await receiving;
        }
        catch (ConnectionLostException lost)
        {
            throw new OverlayException($"The connection broke: {lost.Message}", lost);
        }
    }

    private static async Task SendAsync(Stream input, PipeWriter connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            int read = await input.ReadAsync(connection.GetMemory(), cancellationToken);
            if (read == 0)
            {
                await connection.CompleteAsync();
                return;
            }

            connection.Advance(read);
            try
            {
                FlushResult flushed = await connection.FlushAsync(cancellationToken);
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
            catch (IOException lost)
            {
                throw new ConnectionLostException(lost);
            }
        }
    }

    private static async Task ReceiveAsync(PipeReader connection, Stream output, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await connection.ReadAsync(cancellationToken);
            }
            catch (IOException lost)
            {
                throw new ConnectionLostException(lost);
            }

            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                await output.WriteAsync(segment, cancellationToken);
            }

            connection.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                await output.FlushAsync(cancellationToken);
                return;
            }
        }
    }

    /// <summary>The connection failed, and not one of the streams.</summary>
    private sealed class ConnectionLostException(IOException cause) : IOException(cause.Message, cause);
}
