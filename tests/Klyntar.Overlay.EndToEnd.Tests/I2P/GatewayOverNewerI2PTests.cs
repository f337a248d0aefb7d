namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the newer i2pd.</summary>
public sealed class GatewayOverNewerI2PTests(NewerTwoOverlays overlays) : GatewayOverI2PTests(overlays.OrSkip()), IClassFixture<NewerTwoOverlays>;
