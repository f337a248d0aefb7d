namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Tells when so many bytes have come.</summary>
internal sealed class Received(long count) : IProgress<DownloadProgress>, IProgress<TorBundleStage>
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Arrived => _arrived.Task;

    public DownloadProgress Last { get; private set; }

    public void Report(DownloadProgress value)
    {
        Last = value;
        if (value.Received >= count)
        {
            _arrived.TrySetResult();
        }
    }

    public void Report(TorBundleStage value)
    {
        if (value.Progress is { } progress)
        {
            Report(progress);
        }
    }
}
