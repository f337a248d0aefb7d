namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The gateway did not keep a promise.</summary>
/// <param name="message">Which, and how it showed.</param>
internal sealed class SoakFailedException(string message) : Exception(message);
