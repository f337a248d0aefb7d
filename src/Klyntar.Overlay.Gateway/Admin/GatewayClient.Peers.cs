using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Klyntar.Overlay.Gateway;

/// <content>The peers of a running gateway.</content>
public sealed partial class GatewayClient
{
    /// <summary>Adds a peer, or replaces one that was added before. The gateway keeps it.</summary>
    /// <param name="name">Its name: lower case letters, digits, dashes, dots and underscores.</param>
    /// <param name="options">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it refused the peer; the message says why.</exception>
    public Task<PeerReport> AddPeerAsync(string name, PeerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return AskAsync(HttpMethod.Post, AdminApplication.PeersPath, AdminApplication.NameKey, name, AnswerTime, GatewayJson.Default.PeerReport, JsonContent.Create(options, options: ConfigurationJson.Options), cancellationToken);
    }

    /// <summary>Removes a peer that was added.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it refused; the message says why.</exception>
    public Task RemovePeerAsync(string name, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Delete, AdminApplication.PeersPath, AdminApplication.NameKey, name, AnswerTime, GatewayJson.Default.JsonElement, null, cancellationToken);

    /// <summary>Asks for the peer that a host means. One comes to be for a name that no peer has, as far as the configuration allows.</summary>
    /// <param name="host">A name on an overlay, or a peer's own name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it knows no such name; the message says why.</exception>
    public Task<PeerReport> LookUpPeerAsync(string host, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Get, AdminApplication.LookUpPath, AdminApplication.HostKey, host, AnswerTime, GatewayJson.Default.PeerReport, null, cancellationToken);

    /// <summary>Has every address of peers dialled, at each of its ports.</summary>
    /// <param name="name">One peer's name, or null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it has no such peer; the message says why.</exception>
    public Task<ImmutableArray<PeerTestReport>> TestPeersAsync(string? name = null, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, AdminApplication.TestPath, AdminApplication.NameKey, name, Timeout.InfiniteTimeSpan, GatewayJson.Default.ImmutableArrayPeerTestReport, null, cancellationToken);

    /// <summary>Has the peers that were added dialled, and those removed that cannot be reached.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The names of those removed.</returns>
    /// <exception cref="OverlayException">No gateway runs there, or it does not answer.</exception>
    public Task<ImmutableArray<string>> PrunePeersAsync(CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, AdminApplication.PrunePath, AdminApplication.NameKey, null, Timeout.InfiniteTimeSpan, GatewayJson.Default.ImmutableArrayString, null, cancellationToken);

    private async Task<T> AskAsync<T>(HttpMethod method, string path, string key, string? value, TimeSpan answerTime, JsonTypeInfo<T> type, HttpContent? content, CancellationToken cancellationToken)
    {
        using HttpClient http = Http(answerTime);
        string query = value is null ? "" : $"?{key}={Uri.EscapeDataString(value)}";
        using var request = new HttpRequestMessage(method, new Uri(path + query, UriKind.Relative)) { Content = content };
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            {
                throw new OverlayException((await response.Content.ReadAsStringAsync(cancellationToken)).TrimEnd());
            }

            byte[] json = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(json, type) ?? throw NoAnswer(null);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw NoAnswer(e);
        }
    }
}
