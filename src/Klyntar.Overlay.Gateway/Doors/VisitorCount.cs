namespace Klyntar.Overlay.Gateway;

/// <summary>Counts a service's visitors over all its overlays, up to its limit.</summary>
internal sealed class VisitorCount(int limit)
{
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
