using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A datagram that is to be sent.</summary>
/// <param name="Bytes">The datagram.</param>
/// <param name="To">Where to: a machine, or all of a network.</param>
internal readonly record struct LanDatagram(ReadOnlyMemory<byte> Bytes, IPEndPoint To);
