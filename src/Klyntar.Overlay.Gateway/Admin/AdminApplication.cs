using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>
/// The admin API: <c>GET /status</c>, <c>GET /status/watch</c> as one JSON text a line, <c>POST /new-circuits</c>, with <c>?on=</c> for one
/// transport alone, <c>GET /names?name=</c>, what is wrong with a name or null, <c>POST /client-checks</c> (<see cref="CheckEndpoint"/>), and what is at <c>/peers</c> and <c>/services</c>. A refusal is a sentence for a person as plain text.
/// </summary>
/// <param name="gateway">The gateway.</param>
/// <param name="board">The status.</param>
/// <param name="peers">The peers.</param>
/// <param name="checks">What the SOCKS doors look out for.</param>
/// <param name="loggers">Makes the logger.</param>
internal sealed partial class AdminApplication(GatewayHost gateway, StatusBoard board, PeerBook peers, ClientChecks checks, ILoggerFactory loggers) : IHttpApplication<HttpContext>
{
    public const string StatusPath = "/status";
    public const string WatchPath = "/status/watch";
    public const string NewCircuitsPath = "/new-circuits";
    public const string NamesPath = "/names";
    public const string OnKey = "on";

    private readonly ILogger _logger = loggers.CreateLogger<AdminApplication>();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        return (request.Method, request.Path.Value) switch
        {
            ("GET", StatusPath) => StatusAsync(context.Response, context.RequestAborted),
            ("GET", WatchPath) => WatchAsync(context.Response, context.RequestAborted),
            ("GET", NamesPath) => NameAsync(request, context.Response, context.RequestAborted),
            ("POST", NewCircuitsPath) => NewCircuitsAsync(request, context.Response, context.RequestAborted),
            (_, ServicesPath) => ServicesAsync(request, context.Response, context.RequestAborted),
            ("POST", CheckEndpoint.Path) => CheckAsync(context),
            (_, PeersPath or LookUpPath or TestPath or PrunePath) => PeersAsync(request, context.Response, context.RequestAborted),
            (_, NewCircuitsPath or CheckEndpoint.Path) => RefuseAsync(context.Response, StatusCodes.Status405MethodNotAllowed, "Only POST is known here."),
            (_, StatusPath or WatchPath or NamesPath) => RefuseAsync(context.Response, StatusCodes.Status405MethodNotAllowed, "Only GET is known here."),
            _ => RefuseAsync(context.Response, StatusCodes.Status404NotFound, $"Only {StatusPath}, {WatchPath}, {NamesPath}, {NewCircuitsPath}, {PeersPath}, {LookUpPath}, {TestPath}, {PrunePath}, {ServicesPath} and {CheckEndpoint.Path} are known here."),
        };
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        if (exception is not null and not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    private Task StatusAsync(HttpResponse response, CancellationToken aborted) =>
        AnswerAsync(response, JsonSerializer.SerializeToUtf8Bytes(board.Current, GatewayJson.Default.GatewayStatus), aborted);

    private async Task NewCircuitsAsync(HttpRequest request, HttpResponse response, CancellationToken aborted)
    {
        string? on = request.Query[OnKey];
        ImmutableArray<NewCircuitsReport> reports = await gateway.NewCircuitsAsync(on, aborted);
        await (on is not null && reports.IsEmpty
            ? RefuseAsync(response, StatusCodes.Status404NotFound, $"The gateway runs no transport named \"{ConfigurationNode.Quotable(on)}\". 'klyntar-overlay status' shows which ones it runs.")
            : AnswerAsync(response, JsonSerializer.SerializeToUtf8Bytes(reports, GatewayJson.Default.ImmutableArrayNewCircuitsReport), aborted));
    }

    private Task NameAsync(HttpRequest request, HttpResponse response, CancellationToken aborted)
    {
        string? why = WrittenName.TryParse(request.Query[NameKey].ToString(), out WrittenName name, out string? wrong) ? gateway.WhyNot(name)?.Detail : wrong;
        return AnswerAsync(response, JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.SerializeToElement(why, GatewayJson.Default.String), GatewayJson.Default.JsonElement), aborted);
    }

    private async Task CheckAsync(HttpContext context)
    {
        if (await CheckEndpoint.ServeAsync(context, checks) is { } refusal)
        {
            await RefuseAsync(context.Response, refusal.Status, refusal.Sentence);
        }
    }

    private static async Task AnswerAsync(HttpResponse response, byte[] json, CancellationToken aborted)
    {
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, aborted);
    }

    private async Task WatchAsync(HttpResponse response, CancellationToken aborted)
    {
        response.ContentType = "application/x-ndjson";
        await foreach (GatewayStatus status in board.WatchAsync(aborted))
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(status, GatewayJson.Default.GatewayStatus);
            await response.Body.WriteAsync((byte[])[.. json, (byte)'\n'], aborted);
            await response.Body.FlushAsync(aborted);
        }
    }

    private static async Task RefuseAsync(HttpResponse response, int status, string sentence)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync(sentence + "\n");
    }

    [LoggerMessage(1, LogLevel.Error, "The admin API failed in a way it should not. Please report it.")]
    private partial void LogFailed(Exception exception);
}
