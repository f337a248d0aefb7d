namespace Klyntar.Overlay.Testing;

/// <summary>A key store that forgets everything with the process. Names and sizes are as strict as the key folder's.</summary>
public sealed class InMemoryKeyStore : IKeyStore
{
    private const int MaxNameLength = 64;
    private const int MaxSecretLength = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _secrets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        lock (_gate)
        {
            return [.. _secrets.Keys];
        }
    }

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        Check(name);
        lock (_gate)
        {
            return _secrets.TryGetValue(name, out byte[]? secret) ? [.. secret] : null;
        }
    }

    /// <inheritdoc/>
    public void Create(string name, ReadOnlySpan<byte> secret)
    {
        Check(name);
        if (secret.Length > MaxSecretLength)
        {
            throw new OverlayException($"The key '{name}' has {secret.Length} bytes; at most {MaxSecretLength} are kept. Check what is being stored.");
        }

        lock (_gate)
        {
            if (!_secrets.TryAdd(name, secret.ToArray()))
            {
                throw new OverlayException($"There is a key named '{name}' already, and keys are never overwritten. Choose another name.");
            }
        }
    }

    private static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxNameLength || name[0] == '.' || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_'))
        {
            throw new ArgumentException("A key's name has 1 to 64 lower case letters, digits, dashes, dots and underscores, and does not start with a dot.", nameof(name));
        }
    }
}
