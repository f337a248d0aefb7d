using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.Gateway;

/// <content>
/// Services of programs that share the gateway: <c>POST /services?name=</c> with the service as the configuration has it, as JSON, publishes it until the
/// gateway ends, and does nothing where it is published just so. With <c>&amp;hold=true</c> the answer does not end, and when the program has closed it, or has
/// ended itself, the service is withdrawn. <c>DELETE /services?name=</c> withdraws it.
/// </content>
internal sealed partial class AdminApplication
{
    public const string ServicesPath = "/services";
    public const string HoldKey = "hold";

    private async Task ServicesAsync(HttpRequest request, HttpResponse response, CancellationToken aborted)
    {
        object? holder = request.Query[HoldKey] == "true" ? new object() : null;
        try
        {
            string name = request.Method == "GET" ? "" : Told(request, NameKey);
            byte[]? json = request.Method switch
            {
                "GET" => JsonSerializer.SerializeToUtf8Bytes(board.Current.Services, GatewayJson.Default.ImmutableArrayServiceReport),
                "POST" => JsonSerializer.SerializeToUtf8Bytes(await gateway.PublishAsync(name, await BodyAsync(request, aborted), holder, aborted), GatewayJson.Default.ImmutableArrayServiceReport),
                "DELETE" => await WithdrawAsync(name, aborted),
                _ => null,
            };
            await (json is null ? RefuseAsync(response, StatusCodes.Status405MethodNotAllowed, "This method is not known here.")
                : request.Method == "POST" && holder is not null ? HoldAsync(response, json, name, holder, aborted)
                : AnswerAsync(response, json, aborted));
        }
        catch (OverlayException e)
        {
            await RefuseAsync(response, StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private async Task HoldAsync(HttpResponse response, byte[] json, string name, object holder, CancellationToken left)
    {
        response.ContentType = "application/x-ndjson";
        try
        {
            await response.Body.WriteAsync((byte[])[.. json, (byte)'\n'], left);
            await response.Body.FlushAsync(left);
        }
        finally
        {
            await gateway.HoldAsync(name, holder, left);
        }
    }

    private async Task<byte[]> WithdrawAsync(string name, CancellationToken aborted)
    {
        await gateway.WithdrawAsync(name, aborted);
        return "{}"u8.ToArray();
    }
}
