namespace Klyntar.Overlay.Gateway;

/// <summary>Why a transport that somebody names is not there.</summary>
/// <param name="Reason">What is wrong, as a sentence.</param>
/// <param name="Advice">The cause where it is a plugin's, and what to do.</param>
internal sealed record MissingTransport(string Reason, string Advice);
