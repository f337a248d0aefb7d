namespace Klyntar.Overlay.BinFetch;

/// <summary>Why an OpenPGP key or signature is refused, as a phrase without a subject: "is expired since 2026-01-01".</summary>
internal sealed class OpenPgpException(string why, Exception? cause = null) : Exception(why, cause);
