namespace Klyntar.Overlay.Identities;

/// <summary>The client keys of one overlay, by which its services know whom they admit: made, read and written without the network.</summary>
public interface IClientKeys
{
    /// <summary>Which key is for which service, as the transport is configured: the keys' names in the key folder, by the services' host names.</summary>
    IReadOnlyDictionary<string, string> Uses { get; }

    /// <summary>Makes a new key from the system's random numbers.</summary>
    ClientKey Create();

    /// <summary>Reads a key in whichever form it is: as it is kept, or as the overlay's other programs write it. Total: any bytes give an answer and none throws.</summary>
    /// <param name="data">The whole file.</param>
    ClientKeyImport Import(ReadOnlySpan<byte> data);

    /// <summary>Writes a key for one service, in the form that the overlay's other programs take.</summary>
    /// <param name="key">A key of this overlay.</param>
    /// <param name="host">The service's host name.</param>
    /// <exception cref="OverlayException">The host name is no address of a service on this overlay.</exception>
    /// <exception cref="ArgumentException">The key is another overlay's.</exception>
    byte[] Export(ClientKey key, string host);
}
