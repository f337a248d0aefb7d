namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the distribution's i2pd.</summary>
public sealed class GatewayOverUsualI2PTests(PrivateTor tor, UsualTwoOverlays overlays) : GatewayOverI2PTests(tor, overlays.OrSkip()), IClassFixture<UsualTwoOverlays>;
