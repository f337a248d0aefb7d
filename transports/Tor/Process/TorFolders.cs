using System.Buffers;
using System.Text;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Where a managed tor keeps its state and its sockets.</summary>
/// <remarks>
/// The sockets are in the transport's folder where their paths are fit for it: short enough for every platform (104 bytes with the
/// final zero on macOS and the BSDs, 108 on Linux) and without characters that would need quoting in ADD_ONION. Else they are in a
/// short folder of their own, 0700 as well, which the next start removes if a crash left it.
/// </remarks>
internal sealed class TorFolders : IDisposable
{
    public const int LongestSocketPath = 103;

    // The longest name that SocketPath is given.
    private const int LongestSocketName = 12;

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+");

    private readonly string _runtimeNote;
    private readonly string _sockets;

    private TorFolders(string root, bool usesUnixSockets)
    {
        Root = root;
        UsesUnixSockets = usesUnixSockets;
        Data = Path.Join(root, "data");
        _runtimeNote = Path.Join(root, "runtime");
        RemoveAbandonedRuntime();
        Make(Data);
        _sockets = Path.Join(root, "run");
        if (!usesUnixSockets)
        {
            return;
        }

        if (IsFit(_sockets))
        {
            Make(_sockets);
            Clean();
        }
        else
        {
            _sockets = MakeRuntime();
            File.WriteAllText(_runtimeNote, _sockets);
        }
    }

    /// <summary>The transport's folder.</summary>
    public string Root { get; }

    /// <summary>Tor's DataDirectory.</summary>
    public string Data { get; }

    /// <summary>Whether tor is reached, and reaches us, over Unix sockets; else over loopback TCP.</summary>
    public bool UsesUnixSockets { get; }

    /// <summary>Where the folders of services are that tor reads from its disk.</summary>
    public string Services => Path.Join(Root, "services");

    public string Torrc => Path.Join(Root, "torrc");

    /// <summary>An empty file in the place of the system's defaults, which are not ours.</summary>
    public string TorrcDefaults => Path.Join(Root, "torrc-defaults");

    public string Cookie => Path.Join(Data, "control_auth_cookie");

    /// <summary>Where tor writes the address of its control port, where it has no Unix sockets.</summary>
    public string ControlPortNote => Path.Join(Data, "control_port");

    public string ControlSocket => SocketPath("control");

    public string SocksSocket => SocketPath("socks");

    /// <summary>Makes the folders.</summary>
    /// <param name="root">The transport's folder, which exists and is ours alone.</param>
    /// <param name="usesUnixSockets">Whether the platform's tor has Unix sockets.</param>
    /// <exception cref="OverlayException">A folder cannot be made or used.</exception>
    public static TorFolders Prepare(string root, bool usesUnixSockets)
    {
        try
        {
            return new TorFolders(root, usesUnixSockets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"Tor's folder {root} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The path of a socket that only we and tor reach.</summary>
    public string SocketPath(string name) => Path.Join(_sockets, name);

    /// <summary>Removes what a former run of tor left and would mislead.</summary>
    public void Clean()
    {
        File.Delete(ControlPortNote);
        RemoveServices();
        if (UsesUnixSockets)
        {
            File.Delete(ControlSocket);
            File.Delete(SocksSocket);
        }
    }

    /// <summary>Removes what only a running tor needs: keys of services, and a folder of sockets that is not in <see cref="Root"/>.</summary>
    public void Dispose()
    {
        RemoveServices();
        RemoveAbandonedRuntime();
    }

    /// <summary>Whether sockets in a folder have paths that every part takes.</summary>
    public static bool IsFit(string folder) =>
        !folder.AsSpan().ContainsAnyExcept(PlainCharacters)
        && Encoding.UTF8.GetByteCount(folder) + 1 + LongestSocketName <= LongestSocketPath;

    private void RemoveServices()
    {
        if (Directory.Exists(Services))
        {
            Directory.Delete(Services, recursive: true);
        }
    }

    private static string MakeRuntime()
    {
        string?[] parents = [Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), Path.GetTempPath(), "/tmp"];
        foreach (string? parent in parents)
        {
            if (!string.IsNullOrEmpty(parent) && Path.IsPathRooted(parent) && Directory.Exists(parent))
            {
                string folder = Path.Join(parent, $"klyntar-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6))}");
                if (IsFit(folder))
                {
                    Make(folder);
                    return folder;
                }
            }
        }

        throw new OverlayException("There is no folder with a path short enough for Unix sockets. Set XDG_RUNTIME_DIR to one, or move the data folder to a shorter path without spaces.");
    }

    private void RemoveAbandonedRuntime()
    {
        if (!File.Exists(_runtimeNote))
        {
            return;
        }

        string folder = File.ReadAllText(_runtimeNote);
        File.Delete(_runtimeNote);
        if (Path.GetFileName(folder).StartsWith("klyntar-", StringComparison.Ordinal) && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The key folder's rules hold here too: who could write here would be given our keys.
    private static void Make(string folder) => _ = KeyFolder.Open(folder);
}
