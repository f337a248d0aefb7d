using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Klyntar.Overlay.Gateway;

public sealed partial class GatewayClient
{
    /// <summary>Has the gateway's doors look out for a program, which is to ask for a name that nobody else knows.</summary>
    /// <param name="wait">How long, at most ten minutes.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The name; and then, once, whether the program came.</returns>
    /// <exception cref="OverlayException">No gateway runs there, it is another user's, it ended meanwhile, or it has no room for a check.</exception>
    public async IAsyncEnumerable<ClientCheckReport> CheckClientAsync(TimeSpan wait, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, ClientChecks.LongestWait);
        using HttpClient http = Http(Timeout.InfiniteTimeSpan);
        using StreamReader lines = await OpenCheckAsync(http, wait, cancellationToken);
        ClientCheckReport report;
        do
        {
            report = await NextCheckAsync(lines, cancellationToken);
            yield return report;
        }
        while (!report.IsOver);
    }

    private async Task<StreamReader> OpenCheckAsync(HttpClient http, TimeSpan wait, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{CheckEndpoint.Path}?{CheckEndpoint.SecondsKey}={(int)wait.TotalSeconds}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        try
        {
            HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.ServiceUnavailable
                ? throw new OverlayException("As many checks are under way as the gateway has room for. Wait until one of them is over.")
                : new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellationToken));
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw NoAnswer(e);
        }
    }

    private async ValueTask<ClientCheckReport> NextCheckAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            string? line = await lines.ReadLineAsync(cancellationToken);
            return line is not null && JsonSerializer.Deserialize(line, GatewayJson.Default.ClientCheckReport) is { } report ? report : throw NoAnswer(null);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            throw NoAnswer(e);
        }
    }
}
