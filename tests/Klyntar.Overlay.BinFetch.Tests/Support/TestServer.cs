using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>A web server on loopback that serves files, with ranges, and does otherwise for single requests where a test says so.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, byte[], Task>>> _scripts = new();
    private readonly ConcurrentQueue<ServedRequest> _requests = new();

    private TestServer(WebApplication application) => _application = application;

    /// <summary>Its address, with a slash at the end.</summary>
    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<ServedRequest> Requests => [.. _requests];

    public static async Task<TestServer> StartAsync(X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // A connection that ends early is what some tests are about.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                if (certificate is not null)
                {
                    listener.UseHttps(certificate);
                }
            });
        });
        TestServer server = new(builder.Build());
        server._application.Run(server.AnswerAsync);
        await server._application.StartAsync();
        string address = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new Uri($"{address}/");
        return server;
    }

    public void Serve(string path, byte[] file) => _files[path] = file;

    public void Remove(string path) => _files.TryRemove(path, out _);

    /// <summary>Lets the next request of a path be answered otherwise; several in order.</summary>
    public void Once(string path, Func<HttpContext, byte[], Task> answer) => _scripts.GetOrAdd(path, _ => new()).Enqueue(answer);

    public IReadOnlyList<ServedRequest> RequestsOf(string path) => [.. _requests.Where(request => request.Path == path)];

    public async ValueTask DisposeAsync()
    {
        // Requests that hang do so on purpose.
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    /// <summary>Sends the first bytes, waits, and drops the connection.</summary>
    public static Func<HttpContext, byte[], Task> DropAfter(int count, Task hasArrived) => async (context, file) =>
    {
        SetTag(context, file);
        context.Response.ContentLength = file.Length;
        await context.Response.Body.WriteAsync(file.AsMemory(0, count));
        await context.Response.Body.FlushAsync();
        await hasArrived;
        context.Abort();
    };

    /// <summary>Sends the first bytes, and nothing more until the client has gone.</summary>
    public static Func<HttpContext, byte[], Task> StallAfter(int count) => async (context, file) =>
    {
        SetTag(context, file);
        context.Response.ContentLength = file.Length;
        await context.Response.Body.WriteAsync(file.AsMemory(0, count));
        await context.Response.Body.FlushAsync();
        TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (context.RequestAborted.Register(gone.SetResult))
        {
            await gone.Task;
        }
    };

    public static Func<HttpContext, byte[], Task> Status(int status) => (context, _) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public static Func<HttpContext, byte[], Task> Redirect(string location) => (context, _) =>
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    };

    /// <summary>Sends it all whatever part was asked for, without saying how long it is.</summary>
    public static async Task WholeAsync(HttpContext context, byte[] file) => await context.Response.Body.WriteAsync(file);

    /// <summary>Serves a file as web servers do.</summary>
    public static async Task ServeAsync(HttpContext context, byte[] file)
    {
        HttpRequest request = context.Request;
        string tag = SetTag(context, file);
        int from = 0;
        if (request.Headers.Range.ToString() is { Length: > 0 } range && (request.Headers.IfRange.Count == 0 || request.Headers.IfRange == tag))
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (from >= file.Length)
            {
                context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                return;
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{file.Length - 1}/{file.Length}");
        }

        context.Response.ContentLength = file.Length - from;
        await context.Response.Body.WriteAsync(file.AsMemory(from));
    }

    private static string SetTag(HttpContext context, byte[] file)
    {
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8))}\"";
        context.Response.Headers.ETag = tag;
        return tag;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!.TrimStart('/');
        _requests.Enqueue(new ServedRequest(path, context.Request.Headers.Range, context.Request.Headers.IfRange));
        bool isThere = _files.TryGetValue(path, out byte[]? file);
        if (_scripts.TryGetValue(path, out ConcurrentQueue<Func<HttpContext, byte[], Task>>? script) && script.TryDequeue(out Func<HttpContext, byte[], Task>? answer))
        {
            await answer(context, file ?? []);
        }
        else if (isThere)
        {
            await ServeAsync(context, file!);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
