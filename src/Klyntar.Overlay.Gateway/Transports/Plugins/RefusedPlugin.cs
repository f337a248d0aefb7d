namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin that is not run.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Why">The cause, and what to do about it.</param>
public sealed record RefusedPlugin(string Name, string Folder, string Why);
