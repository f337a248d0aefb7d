using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.Gateway;

/// <content>
/// Services of programs that share the gateway: <c>POST /services?name=</c> with the service as the configuration has it, as JSON, publishes it until the
/// gateway ends, and does nothing where it is published just so; <c>DELETE /services?name=</c> withdraws it.
/// </content>
internal sealed partial class AdminApplication
{
    public const string ServicesPath = "/services";

    private async Task ServicesAsync(HttpRequest request, HttpResponse response, CancellationToken aborted)
    {
        try
        {
            byte[]? json = request.Method switch
            {
                "GET" => JsonSerializer.SerializeToUtf8Bytes(board.Current.Services, GatewayJson.Default.ImmutableArrayServiceReport),
                "POST" => JsonSerializer.SerializeToUtf8Bytes(await gateway.PublishAsync(Told(request, NameKey), await BodyAsync(request, aborted), aborted), GatewayJson.Default.ImmutableArrayServiceReport),
                "DELETE" => await WithdrawAsync(Told(request, NameKey), aborted),
                _ => null,
            };
            await (json is null
                ? RefuseAsync(response, StatusCodes.Status405MethodNotAllowed, "This method is not known here.")
                : AnswerAsync(response, json, aborted));
        }
        catch (OverlayException e)
        {
            await RefuseAsync(response, StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private async Task<byte[]> WithdrawAsync(string name, CancellationToken aborted)
    {
        await gateway.WithdrawAsync(name, aborted);
        return "{}"u8.ToArray();
    }
}
