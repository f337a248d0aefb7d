using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks BitTorrent trackers over HTTP, on a leg: no name is looked up, no proxy used, no redirection followed.</summary>
/// <param name="clock">The clock.</param>
internal sealed class HttpTrackerClient(TimeProvider clock)
{
    private const int MostHeaderKilobytes = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Tells a tracker of a site, and asks for its peers.</summary>
    /// <param name="leg">What reaches the tracker.</param>
    /// <param name="tracker">The tracker.</param>
    /// <param name="announcement">What it is told.</param>
    /// <param name="request">The dial that is served.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer; null with why there is none, as a clause.</returns>
    public async Task<(TrackerAnswer? Answer, string? Why)> AnnounceAsync(ILeg leg, TrackerAddress tracker, TrackerAnnouncement announcement, DialRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource whole = Deadline.After(Patience, clock).CreateLinkedSource(cancellationToken);
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            ConnectCallback = (_, stop) => ConnectAsync(leg, tracker, request, stop),
        };
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = HttpTracker.MostSize, Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            // Written by hand: a Uri would put the hash into other words.
            var url = new Uri(tracker.Url.GetLeftPart(UriPartial.Path) + HttpTracker.Query(announcement), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using HttpResponseMessage response = await client.GetAsync(url, whole.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, $"it answers with status {(int)response.StatusCode}");
            }

            byte[] body = await response.Content.ReadAsByteArrayAsync(whole.Token);
            return HttpTracker.TryRead(body, out TrackerAnswer? answer, out string? why) ? (answer, null) : (null, why);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return (null, "its answer is too long");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, "it is not reached, or speaks no HTTP");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "it does not answer");
        }
    }

    private static async ValueTask<Stream> ConnectAsync(ILeg leg, TrackerAddress tracker, DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await leg.DialAsync(tracker.Peer, request, cancellationToken);
        return result.IsConnected ? new LegStream(result.Connection) : throw new IOException(result.Error.ToString());
    }
}
