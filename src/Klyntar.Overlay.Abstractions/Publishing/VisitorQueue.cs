using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Klyntar.Overlay;

/// <summary>
/// A service's visitors on their way from the overlay to whoever accepts them. Only so many wait, since each holds a connection; whoever gives up accepting loses nobody;
/// and all connections of one identity can be ended together. Safe to call from several threads at once.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Neither a semaphore without a wait handle nor a source without a timer holds anything, and both are asked after the end as well.")]
public sealed class VisitorQueue
{
    /// <summary>How many visitors wait unless told otherwise. More wait in the overlay, or in the kernel.</summary>
    public const int UsualPlaces = 64;

    private readonly Channel<Visitor> _visitors;
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<Inside>> _inside = new(StringComparer.Ordinal);
    private Task? _ending;

    /// <summary>Makes an empty one.</summary>
    /// <param name="definition">The service. Where its accepting never blocks, it resumes on the thread that lets a visitor in.</param>
    /// <param name="places">How many visitors may wait to be accepted.</param>
    public VisitorQueue(ServiceDefinition definition, int places = UsualPlaces)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1);
        _places = new SemaphoreSlim(places);

        // Bounded by the places.
        _visitors = Channel.CreateUnbounded<Visitor>(new UnboundedChannelOptions { AllowSynchronousContinuations = definition.AcceptingNeverBlocks });
    }

    /// <summary>The next visitor; null once the queue has ended. Giving up loses nobody.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _visitors.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                _places.Release();
                return visitor;
            }
        }

        return null;
    }

    /// <summary>Takes a place for a visitor who is about to come, and is then let in or gives it up. Waits until there is one.</summary>
    /// <returns>False once the queue has ended.</returns>
    public async ValueTask<bool> TakePlaceAsync()
    {
        try
        {
            await _places.WaitAsync(_over.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes a place if there is one now.</summary>
    public bool TryTakePlace() => !_over.IsCancellationRequested && _places.Wait(TimeSpan.Zero);

    /// <summary>Gives back a place that was taken for somebody who does not come.</summary>
    public void GiveUpPlace() => _places.Release();

    /// <summary>Lets a visitor in who has a place. One who comes too late is aborted.</summary>
    /// <param name="visitor">The visitor.</param>
    /// <param name="expel">Ends his connection for <see cref="Expel"/>, also when its socket was taken out of it; null where the overlay expels in another way, or he has no identity.</param>
    public void LetIn(Visitor visitor, Action? expel = null)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        if (visitor.Identity is not null && expel is not null)
        {
            Note(new Inside(this, visitor.Identity, expel), visitor.Connection.ConnectionClosed);
        }

        if (!_visitors.Writer.TryWrite(visitor))
        {
            _ = DropAsync(visitor);
        }
    }

    /// <summary>Lets a visitor in once there is a place for him. One who comes too late is aborted.</summary>
    /// <param name="visitor">The visitor.</param>
    /// <param name="expel">As for <see cref="LetIn"/>.</param>
    public async ValueTask LetInAsync(Visitor visitor, Action? expel = null)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        if (await TakePlaceAsync().ConfigureAwait(false))
        {
            LetIn(visitor, expel);
        }
        else
        {
            await DropAsync(visitor).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all connections of an identity that were let in with something to end them by, those that were accepted as well.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Expel(string identity)
    {
        Inside[] all;
        lock (_gate)
        {
            all = _inside.TryGetValue(identity, out HashSet<Inside>? open) ? [.. open] : [];
        }

        Array.ForEach(all, static inside => inside.Expel());
        return all.Length > 0;
    }

    /// <summary>Has whoever accepts learn that nobody can come in any more, because of a fault.</summary>
    public void Fail(Exception cause) => _visitors.Writer.TryComplete(cause);

    /// <summary>Lets nobody in any more. Who waits is aborted, who was accepted stays. May be called again.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            return _ending ??= EndCoreAsync();
        }
    }

    private static async Task DropAsync(Visitor visitor)
    {
        visitor.Connection.Abort();
        await visitor.Connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndCoreAsync()
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _visitors.Writer.TryComplete();
        await _over.CancelAsync().ConfigureAwait(false);
        while (_visitors.Reader.TryRead(out Visitor? visitor))
        {
            await DropAsync(visitor).ConfigureAwait(false);
        }
    }

    private void Note(Inside inside, CancellationToken closed)
    {
        lock (_gate)
        {
            if (!_inside.TryGetValue(inside.Identity, out HashSet<Inside>? open))
            {
                _inside.Add(inside.Identity, open = []);
            }

            open.Add(inside);
        }

        closed.UnsafeRegister(static inside => ((Inside)inside!).Forget(), inside);
    }

    /// <summary>A connection of somebody whose identity is known.</summary>
    private sealed class Inside(VisitorQueue queue, string identity, Action expel)
    {
        public string Identity => identity;

        public void Expel() => expel();

        public void Forget()
        {
            lock (queue._gate)
            {
                if (queue._inside.TryGetValue(identity, out HashSet<Inside>? open) && open.Remove(this) && open.Count == 0)
                {
                    queue._inside.Remove(identity);
                }
            }
        }
    }
}
