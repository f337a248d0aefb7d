namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>With the newer i2pd.</summary>
public sealed class NewerTwoOverlays(PrivateTor tor) : TwoOverlays(tor, PrivateI2P.Newer);
