namespace Klyntar.Overlay.BinFetch;

/// <summary>How far a download has come.</summary>
/// <param name="Received">The bytes that are there, with those of earlier tries.</param>
/// <param name="Total">How many there will be, or null where the server does not say.</param>
public readonly record struct DownloadProgress(long Received, long? Total);
