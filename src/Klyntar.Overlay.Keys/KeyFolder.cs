namespace Klyntar.Overlay.Keys;

/// <summary>A folder of secrets: mode 0700 and ours, its files 0600 and ours, created exclusively and written atomically.</summary>
public sealed class KeyFolder : IKeyStore
{
    private KeyFolder()
    {
    }

    /// <summary>Opens a folder, making it where it is missing.</summary>
    /// <exception cref="OverlayException">Its owner or mode is wrong, or it cannot be made.</exception>
    public static KeyFolder Open(string path) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => throw new NotImplementedException();

    /// <inheritdoc/>
    public byte[]? Read(string name) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Create(string name, ReadOnlySpan<byte> secret) => throw new NotImplementedException();
}
