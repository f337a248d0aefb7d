using System.Collections.Concurrent;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Which services want a client key that we have not, or do not accept ours, as tor said last.</summary>
/// <remarks>
/// Tor fetches the descriptor anew at each dial, each time from another directory. When it has asked all of them within 15 minutes, it answers
/// one dial with a plain 04, as for an unknown address, and starts over. Nothing has changed then, so what it said before still holds.
/// </remarks>
internal sealed class AuthorizationVerdicts
{
    // A service leaves the table with the next answer of another kind. Forgetting all of them costs a sentence that is less to the point.
    private const int MaxEntries = 1_024;

    private const byte NoDirectoryLeft = 0x04;

    private readonly ConcurrentDictionary<string, DialErrorKind> _last = new(StringComparer.Ordinal);

    /// <summary>The services that turned us away, and why.</summary>
    public IEnumerable<KeyValuePair<string, DialErrorKind>> All => _last;

    /// <summary>Takes a connection, which proves that nothing is wanted any more.</summary>
    public void Forget(string host) => _last.TryRemove(host, out _);

    /// <summary>Tor starts over with the directories.</summary>
    public void Clear() => _last.Clear();

    /// <summary>Takes a refusal of a dial.</summary>
    /// <param name="host">The service's host name.</param>
    /// <param name="code">Tor's reply code, not 0.</param>
    /// <returns>What the refusal means.</returns>
    public DialErrorKind Judge(string host, byte code)
    {
        DialErrorKind kind = SocksReplies.ToDialErrorKind(code);
        if (kind is DialErrorKind.AuthorizationMissing or DialErrorKind.AuthorizationWrong)
        {
            if (_last.Count >= MaxEntries)
            {
                _last.Clear();
            }

            _last[host] = kind;
            return kind;
        }

        if (code == NoDirectoryLeft && _last.TryGetValue(host, out DialErrorKind before))
        {
            return before;
        }

        Forget(host);
        return kind;
    }
}
