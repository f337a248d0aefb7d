using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.AspNetCore.Tests;

/// <summary>What an application on Kestrel can do, it can do for visitors of an overlay.</summary>
public sealed class KestrelTests
{
    private const int Large = 8 * 1024 * 1024;

    public static TheoryData<Overlays> All { get; } = [.. Enum.GetValues<Overlays>()];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Requests_of_one_visitor_share_a_connection(Overlays kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", (HttpContext context) => context.Connection.Id));
        HttpClient client = app.CreateClient();

        string first = await client.GetStringAsync("/").SoonAsync();

        (await client.GetStringAsync("/").SoonAsync()).Should().Be(first);
        app.Log.Lines.Should().NotContain(l => l.Level >= LogLevel.Warning, "a normal run logs no warning");
        app.Log.Lines.Should().NotContain(l => kind != Overlays.Loopback && l.Level >= LogLevel.Information && l.Category.StartsWith("Klyntar") && l.Message.Contains(app.Host), "addresses do not belong into logs");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_handler_sees_the_service_and_nothing_that_passes_for_the_visitors_address(Overlays kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", (HttpContext context) =>
        {
            IOverlayVisitorFeature visitor = context.Features.Get<IOverlayVisitorFeature>()!;
            ConnectionInfo connection = context.Connection;
            return string.Join(' ', visitor.Service, visitor.EndPoint, visitor.VisitorIdentity is not null, $"[{connection.RemoteIpAddress}{connection.LocalIpAddress}]", connection.RemotePort);
        }));

        string seen = await app.CreateClient().GetStringAsync("/").SoonAsync();

        seen.Should().Be($"shop {app.Host}:8080 {kind == Overlays.InMemory} [] 0");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_large_chunked_upload_arrives_byte_by_byte(Overlays kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapPost("/", async (HttpContext context) =>
        {
            context.Request.ContentLength.Should().BeNull("it is chunked");
            return Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body));
        }));
        byte[] body = Bytes();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StreamContent(new MemoryStream(body)) };
        request.Headers.TransferEncodingChunked = true;

        using HttpResponseMessage response = await app.CreateClient().SendAsync(request).SoonAsync();

        (await response.Content.ReadAsStringAsync().SoonAsync()).Should().Be(Convert.ToHexString(SHA256.HashData(body)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_large_chunked_download_arrives_byte_by_byte(Overlays kind)
    {
        byte[] body = Bytes();
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", async (HttpContext context) =>
        {
            for (int start = 0; start < body.Length; start += 100_000)
            {
                await context.Response.Body.WriteAsync(body.AsMemory(start, Math.Min(100_000, body.Length - start)));
            }
        }));

        byte[] got = await app.CreateClient().GetByteArrayAsync("/").SoonAsync();

        got.AsSpan().SequenceEqual(body).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_handler_waits_for_a_visitor_who_does_not_read(Overlays kind)
    {
        const long Limit = 64 * 1024 * 1024;
        byte[] piece = new byte[64 * 1024];
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", async (HttpContext context) =>
        {
            for (long sum = 0; sum < 4 * Limit && !context.RequestAborted.IsCancellationRequested; sum += piece.Length)
            {
                Task write = context.Response.Body.WriteAsync(piece).AsTask();
                if (!write.IsCompleted)
                {
                    waits.TrySetResult();
                }

                await write;
            }

            done.SetResult();
        }));

        using (HttpResponseMessage response = await app.CreateClient().GetAsync("/", HttpCompletionOption.ResponseHeadersRead).SoonAsync())
        {
            await Task.WhenAny(waits.Task, done.Task).SoonAsync();
        }

        await done.Task.SoonAsync();
        GatewayStatus left = await app.Gateway.UntilAsync(s => s.Services.Single().Visitors == 0);
        left.Services.Single().BytesOut.Should().BePositive().And.BeLessThan(Limit, "what is under way is bounded");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Http2_with_prior_knowledge_carries_many_requests_at_once(Overlays kind)
    {
        const int Count = 20;
        var road = Road.Of(kind);
        int arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(
            road,
            a => a.MapPost("/", async (HttpContext context) =>
            {
                if (Interlocked.Increment(ref arrived) == Count)
                {
                    all.SetResult();
                }

                await all.Task;
                return $"{context.Request.Protocol} {context.Connection.Id} {Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body))}";
            }),
            kestrel => kestrel.ListenOverlay(
                new OverlayService { Name = TestApp.ServiceName, On = [road.Name], Ports = [TestApp.Port] },
                listen => listen.Protocols = HttpProtocols.Http2));
        HttpClient client = app.CreateClient();
        byte[] body = Bytes()[..500_000];

        string[] answers = await Task.WhenAll(Enumerable.Range(0, Count).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(body),
            };
            using HttpResponseMessage response = await client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        })).SoonAsync();

        answers.Distinct().Should().ContainSingle("one connection carries them all").Which.Should().StartWith("HTTP/2 ").And.EndWith(Convert.ToHexString(SHA256.HashData(body)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_WebSocket_carries_messages_both_ways_and_closes(Overlays kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, a =>
        {
            a.UseWebSockets();
            a.MapGet("/", async (HttpContext context) =>
            {
                using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
                byte[] buffer = new byte[1024];
                ValueWebSocketReceiveResult got;
                while ((got = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                {
                    await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, CancellationToken.None);
                }

                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
            });
        });
        using var client = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(new OverlayHttpHandler(app.Visitor));
        await client.ConnectAsync(new Uri($"ws://{app.Host}:{TestApp.Port}/"), invoker, CancellationToken.None).SoonAsync();
        byte[] echo = new byte[64];

        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text, true, CancellationToken.None).SoonAsync();
            WebSocketReceiveResult result = await client.ReceiveAsync(echo, CancellationToken.None).SoonAsync();
            Encoding.UTF8.GetString(echo, 0, result.Count).Should().Be($"message {i}");
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).SoonAsync();
        client.CloseStatusDescription.Should().Be("bye");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_visitor_who_leaves_aborts_the_request_though_nobody_reads_or_writes(Overlays kind)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", async (HttpContext context) =>
        {
            using CancellationTokenRegistration registration = context.RequestAborted.Register(aborted.SetResult);
            entered.SetResult();
            await aborted.Task;
        }));

        await using (Stream visit = await app.ConnectAsync())
        {
            await visit.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await entered.Task.SoonAsync();
        }

        await aborted.Task.SoonAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_answer_is_whole_though_the_server_ends_the_connection_while_the_visitor_still_sends(Overlays kind)
    {
        byte[] answer = Bytes();
        var road = Road.Of(kind);
        await using TestApp app = await TestApp.StartAsync(
            road,
            _ => { },
            kestrel => kestrel.ListenOverlay(
                new OverlayService { Name = TestApp.ServiceName, On = [road.Name], Ports = [TestApp.Port] },
                listen => listen.Run(async connection => await connection.Transport.Output.WriteAsync(answer))));
        await using Stream visit = await app.ConnectAsync();
        Task sending = visit.WriteAsync(Bytes()).AsTask();
        using var got = new MemoryStream();

        await visit.CopyToAsync(got).SoonAsync();

        got.GetBuffer().AsSpan(0, (int)got.Length).SequenceEqual(answer).Should().BeTrue();
        await sending.SoonAsync();
    }

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[Large];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
