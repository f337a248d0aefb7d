using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>A status that says some values as others.</summary>
/// <param name="inner">The true one.</param>
/// <param name="paint">What is said for a value.</param>
internal sealed class PaintedStatus<T>(IStatus<T> inner, Func<T, T> paint) : IStatus<T>
    where T : class
{
    public T Current => paint(inner.Current);

    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        T? last = null;
        await foreach (T value in inner.WatchAsync(cancellationToken))
        {
            T said = paint(value);
            if (!said.Equals(last))
            {
                yield return last = said;
            }
        }
    }
}
