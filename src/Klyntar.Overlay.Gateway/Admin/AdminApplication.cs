using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>The admin API: <c>GET /status</c>, and <c>GET /status/watch</c> as one JSON text a line.</summary>
internal sealed partial class AdminApplication(StatusBoard board, ILoggerFactory loggers) : IHttpApplication<HttpContext>
{
    public const string StatusPath = "/status";
    public const string WatchPath = "/status/watch";

    private readonly ILogger _logger = loggers.CreateLogger<AdminApplication>();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        return (request.Method, request.Path.Value) switch
        {
            ("GET", StatusPath) => StatusAsync(context.Response, context.RequestAborted),
            ("GET", WatchPath) => WatchAsync(context.Response, context.RequestAborted),
            (_, StatusPath or WatchPath) => RefuseAsync(context.Response, StatusCodes.Status405MethodNotAllowed, "Only GET is known here."),
            _ => RefuseAsync(context.Response, StatusCodes.Status404NotFound, $"Only {StatusPath} and {WatchPath} are known here."),
        };
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        if (exception is not null and not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    private async Task StatusAsync(HttpResponse response, CancellationToken aborted)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(board.Current, GatewayJson.Default.GatewayStatus);
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
