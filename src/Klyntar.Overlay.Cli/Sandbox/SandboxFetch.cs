using System.Net;
using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli;

/// <summary>Fetches the demonstration node's page as any program would: by name, through the SOCKS door.</summary>
internal sealed class SandboxFetch(string socks, string address, string overlay, DemoNode node)
{
    // Longer than any that was measured, on a busy machine too.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="OverlayException">The page did not come in time, or it was another's.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{socks}"), UseProxy = true };
        using var client = new HttpClient(handler);
        using CancellationTokenSource limit = Deadline.After(Limit, TimeProvider.System).CreateLinkedSource(cancellationToken);
        string lastFailure = "it did not answer";
        while (true)
        {
            try
            {
                string page = await client.GetStringAsync(new Uri($"http://{address}/"), limit.Token);
                return node.IsMine(page) ? true : throw new OverlayException($"A page came through {overlay}, but it is not the demonstration node's.");
            }
            catch (HttpRequestException failure)
            {
                // The descriptor may not have reached every directory yet, nor a lease set every router.
                lastFailure = (failure.InnerException ?? failure).Message.TrimEnd('.');
                await Task.Delay(RetryPause, CancellationToken.None);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new OverlayException($"The demonstration node was published, but its page did not come through {overlay} within {Limit.TotalSeconds:0} s: {lastFailure}. Run again with --verbose to see why.");
            }
        }
    }
}
