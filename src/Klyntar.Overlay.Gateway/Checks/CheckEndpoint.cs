using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.Gateway;

/// <summary><c>POST /client-checks</c>, with <c>?seconds=</c>: the name as one JSON text a line, and another once a client came for it, or the time is over.</summary>
internal static class CheckEndpoint
{
    public const string Path = "/client-checks";
    public const string SecondsKey = "seconds";

    /// <summary>Serves a request. The check ends with it.</summary>
    /// <returns>Null, or the status and the sentence of a refusal.</returns>
    public static async Task<(int Status, string Sentence)?> ServeAsync(HttpContext context, ClientChecks checks)
    {
        int longest = (int)ClientChecks.LongestWait.TotalSeconds;
        if (!int.TryParse(context.Request.Query[SecondsKey], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds < 1 || seconds > longest)
        {
            return (StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"Say how long to wait, as {SecondsKey}=1 to {longest}."));
        }

        if (checks.Open() is not { } check)
        {
            return (StatusCodes.Status503ServiceUnavailable, "As many checks are under way as there may be at once.");
        }

        try
        {
            context.Response.ContentType = "application/x-ndjson";
            Task<ClientArrival?> arrival = ArrivalAsync(check, TimeSpan.FromSeconds(seconds), checks.Clock, context.RequestAborted);
            await WriteAsync(context, new ClientCheckReport(check.Name));
            await WriteAsync(context, new ClientCheckReport(check.Name, IsOver: true, await arrival));
            return null;
        }
        finally
        {
            checks.Close(check);
        }
    }

    private static async Task<ClientArrival?> ArrivalAsync(ClientCheck check, TimeSpan wait, TimeProvider clock, CancellationToken aborted)
    {
        try
        {
            return await check.Arrived.WaitAsync(wait, clock, aborted);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext context, ClientCheckReport report)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(report, GatewayJson.Default.ClientCheckReport);
        await context.Response.Body.WriteAsync((byte[])[.. json, (byte)'\n'], context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
