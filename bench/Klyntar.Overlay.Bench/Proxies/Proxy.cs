using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>A running proxy, and what it has used. Disposing ends it.</summary>
internal sealed class Proxy : IWay, IDisposable
{
    // Below what systems give to outgoing connections, so that no connection takes it.
    private const int FirstPort = 15_666;
    private const int LastPort = 16_665;

    private readonly ProxyKind _kind;
    private readonly IPEndPoint _entry;
    private readonly DirectoryInfo _folder;
    private readonly ListeningProcess _process;
    private readonly ListeningProcess? _farEnd;

    private Proxy(ProxyKind kind, IPEndPoint entry, DirectoryInfo folder, ListeningProcess process, ListeningProcess? farEnd)
    {
        _kind = kind;
        _entry = entry;
        _folder = folder;
        _process = process;
        _farEnd = farEnd;
    }

    public string Name => _kind.Name;

    public double CpuSeconds => _kind.HasChildren ? ProcessCosts.TreeCpuSeconds(_process.Id) : ProcessCosts.CpuSeconds(_process.Id);

    /// <summary>From its start until it listened.</summary>
    public TimeSpan StartTime => _process.StartTime;

    /// <summary>What became of it.</summary>
    public string State => _process.State;

    /// <summary>Its proportional set size.</summary>
    public long ProportionalBytes => (_kind.HasChildren ? ProcessCosts.Tree(_process.Id) : [_process.Id]).Sum(ProcessCosts.ProportionalBytes);

    /// <summary>Starts a proxy on a free port and waits until it takes connections.</summary>
    /// <exception cref="InvalidOperationException">It does not; says why.</exception>
    public static Proxy Start(ProxyKind kind)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("overlay-bench-");
        ListeningProcess? farEnd = null;
        try
        {
            IPEndPoint entry = FreeEndPoint(FirstPort);
            ProxyPlace place = new(entry, FreeEndPoint(entry.Port + 1), folder.FullName);
            farEnd = kind.FarEnd(place) is { } command ? ListeningProcess.Start($"{kind.Name}'s far end", command, place.FarEnd, folder.FullName) : null;
            return new Proxy(kind, entry, folder, ListeningProcess.Start(kind.Name, kind.Command(place), entry, folder.FullName), farEnd);
        }
        catch
        {
            farEnd?.Dispose();
            folder.Delete(recursive: true);
            throw;
        }
    }

    public IPEndPoint EntryTo(IPEndPoint target) => _entry;

    public byte[]? AddressOf(IPEndPoint target) => _kind.Address(target);

    public void Dispose()
    {
        _process.Dispose();
        _farEnd?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static IPEndPoint FreeEndPoint(int first)
    {
        for (int port = first; port <= LastPort; port++)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                IPEndPoint endPoint = new(IPAddress.Loopback, port);
                probe.Bind(endPoint);
                return endPoint;
            }
            catch (SocketException)
            {
                // Taken, or waiting after its last use.
            }
        }

        throw new InvalidOperationException($"No port from {first} to {LastPort} is free.");
    }
}
