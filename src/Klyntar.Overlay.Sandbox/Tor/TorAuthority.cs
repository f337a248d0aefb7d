namespace Klyntar.Overlay.Sandbox;

/// <summary>One authority of a private Tor network, which is a relay as well: where it listens and who it is.</summary>
/// <param name="Nickname">Its name in votes and in the consensus.</param>
/// <param name="Address">Its loopback address.</param>
/// <param name="OrPort">Where relays and clients connect.</param>
/// <param name="DirPort">Where votes and descriptors are exchanged.</param>
/// <param name="V3Ident">The fingerprint of its authority identity key.</param>
/// <param name="Fingerprint">The fingerprint of its relay identity key.</param>
internal sealed record TorAuthority(string Nickname, string Address, int OrPort, int DirPort, string V3Ident, string Fingerprint)
{
    /// <summary>The line by which every tor of the network knows it.</summary>
    public string Line => $"DirAuthority {Nickname} orport={OrPort} v3ident={V3Ident} {Address}:{DirPort} {Fingerprint}";
}
