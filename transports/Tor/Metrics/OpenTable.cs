using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What is open by tor's ids. Bounded, whatever a control port tells: beyond its bounds nothing is taken in.</summary>
/// <param name="most">How many are kept at most.</param>
internal sealed class OpenTable<T>(int most)
{
    // Control-spec, section 2.4: 1*16 IDChar.
    private const int LongestId = 16;

    private readonly Dictionary<string, T> _open = new(StringComparer.Ordinal);

    public IEnumerable<T> All => _open.Values;

    public void Set(string id, T value)
    {
        if (_open.ContainsKey(id) || (_open.Count < most && id.Length <= LongestId))
        {
            _open[id] = value;
        }
    }

    public bool TryGet(string id, [MaybeNullWhen(false)] out T value) => _open.TryGetValue(id, out value);

    public bool Remove(string id, [MaybeNullWhen(false)] out T value) => _open.Remove(id, out value);

    public void Clear() => _open.Clear();
}
