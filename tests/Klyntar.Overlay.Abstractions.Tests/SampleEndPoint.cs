namespace Klyntar.Overlay.Abstractions.Tests;

internal sealed class SampleEndPoint(string host, int port, string overlay = "sample") : OverlayEndPoint(overlay, host, port);

internal sealed class OtherSampleEndPoint(string host, int port, string overlay = "sample") : OverlayEndPoint(overlay, host, port);
