using System.Collections.Immutable;

namespace Klyntar.Overlay.Identities;

/// <summary>Creates, reads and writes the identities of one overlay, without the network.</summary>
public interface IIdentityFormat
{
    /// <summary>The names of the formats that <see cref="Export"/> writes, the one in which a new identity is kept in the key folder first. <see cref="Import"/> reads all of them.</summary>
    ImmutableArray<string> Formats { get; }

    /// <summary>Those of <see cref="Formats"/> that an identity can be written in, the one that it is kept in first: all, unless a format holds what not every identity has, such as the seed that a key was made of.</summary>
    /// <param name="identity">An identity of this overlay.</param>
    ImmutableArray<string> FormatsOf(Identity identity) => Formats;

    /// <summary>Makes a new identity from the system's random numbers.</summary>
    Identity Create();

    /// <summary>Reads an identity in whichever format it is. Total: any bytes give an answer and none throws.</summary>
    /// <param name="data">The whole file.</param>
    IdentityImport Import(ReadOnlySpan<byte> data);

    /// <summary>Writes an identity.</summary>
    /// <param name="identity">An identity of this overlay.</param>
    /// <param name="format">One of <see cref="FormatsOf"/> the identity.</param>
    /// <exception cref="ArgumentException">The identity is another overlay's, or the format is unknown or none of its.</exception>
    byte[] Export(Identity identity, string format);
}
