using System.Net;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A SAM bridge that has answered the greeting.</summary>
/// <param name="Sam">Where it is.</param>
/// <param name="Credentials">What it asks for, or null.</param>
internal sealed record RouterRun(EndPoint Sam, SamCredentials? Credentials)
{
    /// <summary>Told once sessions are ready, so that the run's end, unless it follows at once, is no failure to start.</summary>
    public Action OnWorking { get; init; } = () => { };

    /// <summary>The router's version, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The version of SAM that the bridge speaks.</summary>
    public Version SamVersion { get; init; } = new(3, 1);

    /// <summary>Whether the router itself began anew: then nothing of an earlier run lives on in it.</summary>
    public bool IsNew { get; init; }

    /// <summary>How far a router of our own has come in joining its network, or null.</summary>
    public IStatus<RouterProgress>? Progress { get; init; }
}
