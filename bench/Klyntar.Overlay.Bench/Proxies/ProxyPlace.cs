using System.Net;

namespace Klyntar.Overlay.Bench;

/// <summary>Where a proxy is to run.</summary>
/// <param name="Listen">Where its clients connect to.</param>
/// <param name="FarEnd">Where its far end listens, if it has one.</param>
/// <param name="Folder">A folder for whatever it needs, removed afterwards.</param>
internal sealed record ProxyPlace(IPEndPoint Listen, IPEndPoint FarEnd, string Folder)
{
    /// <summary>More connections than any load opens at a time, for those that must be told. Two descriptors each stay below 20 000.</summary>
    public const int MostConnections = 9_600;

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
