using Klyntar.Overlay;

namespace SampleNamespace;

/// <summary>
/// An address of this overlay and a port, made by Parse alone, so that whoever has one knows it to be valid. Two with the same host and port
/// are equal, whichever transport object made them: keep nothing else in it that a dial needs.
/// </summary>
/// <param name="host">The address in its canonical form.</param>
/// <param name="port">The port.</param>
internal sealed class SampleClassEndPoint(string host, int port) : OverlayEndPoint(SampleClassAddress.Overlay, host, port)
{
    /// <summary>The name of the Unix socket on which the service listens.</summary>
    public string SocketName => $"{Host[..Host.IndexOf('.', StringComparison.Ordinal)]}.{Port}";
}
