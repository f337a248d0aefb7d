namespace Klyntar.Overlay.Gateway;

/// <summary>A transport in a folder of its own, as it was found trustworthy.</summary>
/// <param name="Name">The folder's name, which is the transport's.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Assembly">The path of the assembly that names the transport.</param>
/// <param name="Version">That assembly's version.</param>
/// <param name="ContractVersion">The version of Klyntar.Overlay.Abstractions that it was built with.</param>
/// <param name="Sha256">The SHA-256 of its contents, in hexadecimal.</param>
/// <param name="IsPinned">Whether the configuration pins these contents.</param>
public sealed record Plugin(string Name, string Folder, string Assembly, Version Version, Version ContractVersion, string Sha256, bool IsPinned);
