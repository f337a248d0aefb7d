namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the distribution's i2pd.</summary>
public sealed class GatewayOverUsualI2PTests(UsualTwoOverlays overlays) : GatewayOverI2PTests(overlays.OrSkip()), IClassFixture<UsualTwoOverlays>;
