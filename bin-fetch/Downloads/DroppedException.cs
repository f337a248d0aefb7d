namespace Klyntar.Overlay.BinFetch;

/// <summary>A download ended before it was whole, for a reason that may pass. The message is a phrase.</summary>
internal sealed class DroppedException(string why, Exception? cause = null) : Exception(why, cause);
