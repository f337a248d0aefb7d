using System.Collections.Immutable;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What a service has on this machine for as long as it lives.</summary>
/// <param name="Listeners">Where tor hands visitors over, for each virtual port.</param>
/// <param name="Folder">Where it is kept if it is published by <see cref="ServiceDirWay"/>; null for <see cref="AddOnionWay"/>.</param>
/// <param name="Lacks">What was asked for and cannot be had, as phrases for its notes.</param>
internal sealed record ServicePlace(ImmutableArray<(int Port, EngineListener Listener)> Listeners, ServiceFolder? Folder, ImmutableArray<string> Lacks);
