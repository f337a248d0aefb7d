using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Gateway;

/// <summary>The identities of services on one overlay, kept in <c>keys/OVERLAY/NAME</c> of the data folder. Needs no lock: a running gateway and the command may use it at once.</summary>
public sealed class ServiceIdentities
{
    private readonly IIdentityFormat _format;
    private readonly KeyFolder _folder;

    /// <summary>Opens them, making the folders where they are missing.</summary>
    /// <param name="dataFolder">The gateway's data folder.</param>
    /// <param name="overlay">The transport's name.</param>
    /// <param name="format">The transport's identities.</param>
    /// <exception cref="OverlayException">A folder's owner or mode is wrong.</exception>
    public ServiceIdentities(string dataFolder, string overlay, IIdentityFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        _format = format;
        _folder = DataFolder.OpenKeys(dataFolder, overlay);
    }

    /// <summary>Opens those in a folder that is open.</summary>
    internal ServiceIdentities(KeyFolder folder, IIdentityFormat format)
    {
        _format = format;
        _folder = folder;
    }

    /// <summary>The names of the identities kept.</summary>
    /// <exception cref="OverlayException">The folder's owner or mode is wrong.</exception>
    public IReadOnlyList<string> List() => _folder.List();

    /// <summary>Reads an identity.</summary>
    /// <returns>The identity, or null where there is none of that name.</returns>
    /// <exception cref="OverlayException">The file's owner, mode or content is wrong.</exception>
    public Identity? Read(string name)
    {
        byte[]? secret = _folder.Read(name);
        if (secret is null)
        {
            return null;
        }

        IdentityImport import = _format.Import(secret);
        return import.IsValid
            ? import.Identity
            : throw new OverlayException($"The key {Path.Combine(_folder.Path, name)} is damaged: {import.Why} Restore it from a backup, or move it away to have a new one made.");
    }

    /// <summary>Keeps an identity under a new name.</summary>
    /// <exception cref="OverlayException">The name is taken or malformed, or the folder cannot be written.</exception>
    public void Keep(string name, Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        _folder.Create(name, identity.Secret);
    }

    /// <summary>Reads an identity, or makes and keeps one where there is none.</summary>
    /// <exception cref="OverlayException">The file's owner, mode or content is wrong, or the folder cannot be written.</exception>
    public Identity ReadOrCreate(string name)
    {
        if (Read(name) is { } kept)
        {
            return kept;
        }

        Identity fresh = _format.Create();
        try
        {
            Keep(name, fresh);
            return fresh;
        }
        catch (OverlayException) when (Read(name) is { } others)
        {
            // The command, or another gateway's start, was quicker: there is one identity of that name, and it is that one.
            return others;
        }
    }
}
