namespace Klyntar.Overlay.Transports.Tor;

/// <summary>How many changes of its status a control port may tell: each of them may become a line of the log. A tor whose network fails tells some dozens in a minute.</summary>
internal sealed class StatusBudget(TimeProvider clock)
{
    /// <summary>How many in each <see cref="Span"/>.</summary>
    public const int Most = 1_000;

    public static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    private long _since = clock.GetTimestamp();
    private int _spent;

    /// <summary>One more has come.</summary>
    /// <exception cref="ControlException">It is one too many.</exception>
    public void Spend()
    {
        if (clock.GetElapsedTime(_since) >= Span)
        {
            _since = clock.GetTimestamp();
            _spent = 0;
        }

        if (++_spent > Most)
        {
            throw new ControlException($"The control port tells more than {Most} changes of its status within {Span.TotalSeconds:0} s. Check that it is tor's.");
        }
    }
}
