namespace Klyntar.Overlay.Cli;

/// <summary>Cancels when standard input ends: when whoever started this program, and holds its other end, is gone.</summary>
internal sealed class InputEnd : IDisposable
{
    private readonly CancellationTokenSource _ended;

    private InputEnd(CancellationTokenSource ended) => _ended = ended;

    public CancellationToken Token => _ended.Token;

    /// <summary>Begins to look at the input, where that is asked for.</summary>
    public static InputEnd Watch(bool isAsked, CancellationToken cancellationToken)
    {
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (isAsked)
        {
            // A read of a pipe holds its thread until the end.
            new Thread(() => Read(ended)) { IsBackground = true, Name = "input" }.Start();
        }

        return new InputEnd(ended);
    }

    public void Dispose() => _ended.Dispose();

    private static void Read(CancellationTokenSource ended)
    {
        Span<byte> ignored = stackalloc byte[256];
        try
        {
            using Stream input = Console.OpenStandardInput();
            while (input.Read(ignored) > 0)
            {
                // What it says means nothing.
            }
        }
        catch (IOException)
        {
            // It has ended, in another way.
        }

        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The gateway was first.
        }
    }
}
