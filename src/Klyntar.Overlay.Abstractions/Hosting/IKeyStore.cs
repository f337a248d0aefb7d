namespace Klyntar.Overlay;

/// <summary>Keeps secrets in files: 0600 in a 0700 folder, created exclusively, written atomically.</summary>
public interface IKeyStore
{
    /// <summary>The names kept, in ordinal order.</summary>
    /// <exception cref="OverlayException">The folder's owner or mode is wrong.</exception>
    IReadOnlyList<string> List();

    /// <summary>Reads a key.</summary>
    /// <param name="name">Lower case letters, digits, dashes, dots and underscores; not starting with a dot; at most 64.</param>
    /// <returns>Its bytes, or null where there is none of that name.</returns>
    /// <exception cref="OverlayException">The file's owner, mode or size is wrong.</exception>
    byte[]? Read(string name);

    /// <summary>Keeps a new key. Never overwrites.</summary>
    /// <param name="name">As for <see cref="Read"/>.</param>
    /// <param name="secret">Its bytes, at most 64 KiB.</param>
    /// <exception cref="OverlayException">The name is taken, or the folder cannot be written.</exception>
    void Create(string name, ReadOnlySpan<byte> secret);
}
