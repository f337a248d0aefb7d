namespace Klyntar.Overlay.Keys;

/// <summary>The gateway's data folder, locked: two gateways on one folder are refused. The lock ends with the process, however that ends.</summary>
public sealed class DataFolder : IDisposable
{
    private DataFolder()
    {
    }

    /// <summary>Its absolute path.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>Opens and locks a folder, making it (0700) where it is missing.</summary>
    /// <exception cref="OverlayException">Another process holds it (the message says which), or its owner or mode is wrong.</exception>
    public static DataFolder Open(string path) => throw new NotImplementedException();

    /// <summary>Unlocks it.</summary>
    public void Dispose() => throw new NotImplementedException();
}
