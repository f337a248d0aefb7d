using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <summary>The target of a service whose visitors the hosting program takes itself. No configuration file can name it.</summary>
internal sealed class ThisProgram : EndPoint
{
    private ThisProgram()
    {
    }

    public static ThisProgram Instance { get; } = new();

    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    public override string ToString() => "this program";
}
