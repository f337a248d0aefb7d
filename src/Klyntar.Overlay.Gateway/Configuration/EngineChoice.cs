namespace Klyntar.Overlay.Gateway;

/// <summary>Which socket engine a gateway runs on.</summary>
public enum EngineChoice
{
    /// <summary>The fastest that this machine has.</summary>
    Auto,

    /// <summary>The one over System.Net.Sockets, which every platform has.</summary>
    Portable,
}
