using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Klyntar.Overlay.Gateway;

/// <content>
/// Peers: <c>GET /peers</c>; <c>POST /peers?name=</c> with a peer's options as JSON; <c>DELETE /peers?name=</c>; <c>GET /peers/lookup?host=</c> for
/// the loopback address of a name; <c>POST /peers/test</c>, with <c>?name=</c> for one alone; <c>POST /peers/prune</c>.
/// </content>
internal sealed partial class AdminApplication
{
    public const string PeersPath = "/peers";
    public const string LookUpPath = "/peers/lookup";
    public const string TestPath = "/peers/test";
    public const string PrunePath = "/peers/prune";
    public const string NameKey = "name";
    public const string HostKey = "host";

    private const int LongestName = 600;

    private async Task PeersAsync(HttpRequest request, HttpResponse response, CancellationToken aborted)
    {
        try
        {
            byte[]? json = (request.Method, request.Path.Value) switch
            {
                ("GET", PeersPath) => JsonSerializer.SerializeToUtf8Bytes(peers.Reports, GatewayJson.Default.ImmutableArrayPeerReport),
                ("POST", PeersPath) => Json(await peers.AddAsync(Told(request, NameKey), await BodyAsync(request, aborted), aborted)),
                ("DELETE", PeersPath) => await RemoveAsync(Told(request, NameKey), aborted),
                ("GET", LookUpPath) => Json(await peers.LookUpAsync(Told(request, HostKey), aborted)),
                ("POST", TestPath) => JsonSerializer.SerializeToUtf8Bytes(await peers.TestAsync(request.Query[NameKey], aborted), GatewayJson.Default.ImmutableArrayPeerTestReport),
                ("POST", PrunePath) => JsonSerializer.SerializeToUtf8Bytes(await peers.PruneAsync(aborted), GatewayJson.Default.ImmutableArrayString),
                _ => null,
            };
            await (json is null
                ? RefuseAsync(response, StatusCodes.Status405MethodNotAllowed, "This method is not known here.")
                : AnswerAsync(response, json, aborted));
        }
        catch (OverlayException e)
        {
            await RefuseAsync(response, request.Path.Value == LookUpPath ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private static byte[] Json(PeerReport report) => JsonSerializer.SerializeToUtf8Bytes(report, GatewayJson.Default.PeerReport);

    private async Task<byte[]> RemoveAsync(string name, CancellationToken aborted)
    {
        await peers.RemoveAsync(name, aborted);
        return "{}"u8.ToArray();
    }

    private static string Told(HttpRequest request, string key) =>
        request.Query[key] is [{ Length: > 0 and <= LongestName } value]
            ? value
            : throw new OverlayException($"The query names one \"{key}\", of at most {LongestName} characters.");

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpRequest request, CancellationToken aborted)
    {
        var body = new ArrayBufferWriter<byte>();
        int read;
        do
        {
            // The server ends a body that is longer than it may be.
            read = await request.Body.ReadAsync(body.GetMemory(), aborted);
            body.Advance(read);
        }
        while (read > 0);

        return body.WrittenMemory;
    }
}
