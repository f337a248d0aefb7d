namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the distribution's i2pd.</summary>
public sealed class UsualTwoOverlays(PrivateTor tor) : TwoOverlays(tor, PrivateI2P.Usual);
