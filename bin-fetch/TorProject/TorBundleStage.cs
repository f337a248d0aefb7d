namespace Klyntar.Overlay.BinFetch;

/// <summary>What the fetch of a bundle is at: reported when a stage begins, as it goes on, and when it is done.</summary>
/// <param name="What">What is done, as a short phrase that tells this stage from the others.</param>
/// <param name="Detail">What it is at, or found out; null where there is nothing to say.</param>
/// <param name="Progress">How far it has come, where that can be told.</param>
/// <param name="IsDone">Whether it is done.</param>
public sealed record TorBundleStage(string What, string? Detail = null, DownloadProgress? Progress = null, bool IsDone = false);
