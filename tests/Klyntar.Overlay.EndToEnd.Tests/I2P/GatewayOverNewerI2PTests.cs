namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the newer i2pd.</summary>
public sealed class GatewayOverNewerI2PTests(PrivateTor tor, NewerTwoOverlays overlays) : GatewayOverI2PTests(tor, overlays.OrSkip()), IClassFixture<NewerTwoOverlays>;
