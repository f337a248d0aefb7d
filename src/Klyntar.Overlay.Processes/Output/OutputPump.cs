using System.IO.Pipes;

namespace Klyntar.Overlay.Processes;

/// <summary>Reads one output pipe of a process to its end, or to the process's end where a grandchild keeps the pipe open.</summary>
internal sealed class OutputPump(PipeStream pipe, RecentLines recent, OutputDelivery? delivery)
{
    // A grandchild that keeps writing cannot hold up the end of the process.
    private const int LeftoverLimit = 1024 * 1024;

    private readonly LineSplitter _splitter = new();
    private readonly List<string> _batch = [];
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Reads until the pipe ends, or until <paramref name="processEnded"/> and then what is in the pipe already.</summary>
    public async Task RunAsync(CancellationToken processEnded)
    {
        try
        {
            while (await ReadAsync(processEnded).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            await ReadLeftoversAsync().ConfigureAwait(false);
        }

        _splitter.End(_batch.Add);
        await DeliverAsync().ConfigureAwait(false);
    }

    private async Task ReadLeftoversAsync()
    {
        int total = 0;
        while (total < LeftoverLimit && Posix.IsReadable(pipe.SafePipeHandle))
        {
            int count = await ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            total += count;
        }
    }

    private async ValueTask<int> ReadAsync(CancellationToken cancellationToken)
    {
        int count = await pipe.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        _splitter.Append(_buffer.AsSpan(0, count), _batch.Add);
        await DeliverAsync().ConfigureAwait(false);
        return count;
    }

    private async ValueTask DeliverAsync()
    {
        foreach (string line in _batch)
        {
            recent.Add(line);
        }

        if (delivery is not null)
        {
            foreach (string line in _batch)
            {
                await delivery.WriteAsync(line).ConfigureAwait(false);
            }
        }

        _batch.Clear();
    }
}
