using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>
/// The arguments of one connection, key by key: a bridge line's, those that a server's SMETHOD line tells (pt-spec, section 3.3.3), and what a client is told in SOCKS
/// credentials (section 3.5). Bounded: what is longer than SOCKS can say is refused.
/// </summary>
internal sealed class PtArguments : IEquatable<PtArguments>
{
    /// <summary>The longest that they may be, in bytes and as SOCKS says them: a user name and a password of 255 each.</summary>
    public const int MaxLength = 2 * MaxField;

    private const int MaxField = 255;

    private readonly byte[] _encoded;

    private PtArguments(ImmutableArray<KeyValuePair<string, string>> pairs, byte[] encoded)
    {
        Pairs = pairs;
        _encoded = encoded;
    }

    /// <summary>None.</summary>
    public static PtArguments None { get; } = new([], []);

    /// <summary>The keys and their values, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>Takes keys and values; null where they are longer than SOCKS can say, or a key is empty.</summary>
    public static PtArguments? TryMake(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ImmutableArray<KeyValuePair<string, string>> all = [.. pairs];
        var text = new StringBuilder();
        foreach ((string key, string value) in all)
        {
            if (key.Length == 0)
            {
                return null;
            }

            Escape(text.Append(text.Length > 0 ? ";" : ""), key);
            Escape(text.Append('='), value);
            if (text.Length > MaxLength)
            {
                return null;
            }
        }

        byte[] encoded = Encoding.UTF8.GetBytes(text.ToString());
        return encoded.Length <= MaxLength && !encoded.Contains((byte)0) ? new PtArguments(all, encoded) : null;
    }

    /// <summary>Reads what follows <c>ARGS:</c> in an SMETHOD line, <c>key=value,key=value</c>, where a backslash keeps the next character's meaning away.</summary>
    /// <param name="text">The text.</param>
    /// <param name="arguments">What was read.</param>
    public static bool TryReadServers(ReadOnlySpan<char> text, [NotNullWhen(true)] out PtArguments? arguments)
    {
        arguments = null;
        var pairs = new List<KeyValuePair<string, string>>();
        var part = new StringBuilder();
        string? key = null;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == ',')
            {
                if (key is null)
                {
                    return false;
                }

                pairs.Add(new(key, part.ToString()));
                part.Clear();
                key = null;
            }
            else if (text[i] == '=' && key is null)
            {
                key = part.ToString();
                part.Clear();
            }
            else if (text[i] == '\\')
            {
                if (++i == text.Length)
                {
                    return false;
                }

                part.Append(text[i]);
            }
            else
            {
                part.Append(text[i]);
            }
        }

        arguments = TryMake(pairs);
        return arguments is not null;
    }

    /// <summary>The value of a key, or null.</summary>
    public string? Find(string key) => Pairs.FirstOrDefault(pair => pair.Key == key).Value;

    /// <summary>How SOCKS says them: a user name, and a password that is a NUL where the user name holds all; null where there are none, and no authentication is offered.</summary>
    public (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? ToCredentials() =>
        _encoded.Length switch
        {
            0 => null,
            <= MaxField => (_encoded, new byte[] { 0 }),
            _ => (_encoded.AsMemory(0, MaxField), _encoded.AsMemory(MaxField)),
        };

    /// <inheritdoc/>
    public bool Equals(PtArguments? other) => other is not null && _encoded.AsSpan().SequenceEqual(other._encoded);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PtArguments);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Encoding.UTF8.GetString(_encoded), StringComparison.Ordinal);

    /// <summary>Says how many there are: their values belong in no log.</summary>
    public override string ToString() => $"{Pairs.Length} arguments";

    private static void Escape(StringBuilder text, string part)
    {
        foreach (char c in part)
        {
            if (c is '\\' or '=' or ';')
            {
                text.Append('\\');
            }

            text.Append(c);
        }
    }
}
