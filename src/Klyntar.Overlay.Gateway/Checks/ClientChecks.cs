using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Gateway;

/// <summary>The names that the doors look out for. They are drawn by chance, serve once, and end with the request that asked for them.</summary>
internal sealed class ClientChecks(TimeProvider clock)
{
    /// <summary>How many there may be at once.</summary>
    public const int Limit = 16;

    /// <summary>How long one lasts at most.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    // RFC 9476: no resolver ever has a name in "alt". Where one is asked all the same, it learns a number that means nothing.
    private const string Suffix = ".check.overlay.alt";

    private const int LabelLength = 32;

    private readonly ConcurrentDictionary<string, ClientCheck> _open = new(StringComparer.OrdinalIgnoreCase);
    private int _count;

    public TimeProvider Clock => clock;

    /// <summary>Opens one; close it after. Null where there are as many as there may be.</summary>
    public ClientCheck? Open()
    {
        if (Interlocked.Increment(ref _count) > Limit)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var check = new ClientCheck(RandomNumberGenerator.GetHexString(LabelLength, lowercase: true) + Suffix);
        _open[check.Name] = check;
        return check;
    }

    /// <summary>Ends one.</summary>
    public void Close(ClientCheck check)
    {
        _open.TryRemove(check.Name, out _);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>Takes the check of a name that a client asked for, which nobody gets again; null for any other name.</summary>
    public ClientCheck? Take(string host)
    {
        // The dot that some resolvers put at a name's end.
        string name = host.EndsWith('.') ? host[..^1] : host;
        return name.Length == LabelLength + Suffix.Length && name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && _open.TryRemove(name, out ClientCheck? check) ? check : null;
    }
}
