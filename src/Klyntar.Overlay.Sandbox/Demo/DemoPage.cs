using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Answers every GET with one page.</summary>
/// <param name="name">The name that the page shows.</param>
/// <param name="nonce">The number that the page shows.</param>
internal sealed class DemoPage(string name, string nonce) : IHttpApplication<HttpContext>
{
    private readonly byte[] _body = Encoding.UTF8.GetBytes($"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>{WebUtility.HtmlEncode(name)}</title>
        <h1>{WebUtility.HtmlEncode(name)}</h1>
        <p>You have reached this node through an overlay.</p>
        <p>Its number, drawn when it started: <code>{nonce}</code></p>

        """);

    private long _requests;

    public string Nonce => nonce;

    public long Requests => Interlocked.Read(ref _requests);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        HttpResponse response = context.Response;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }

        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = _body.Length;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.Body.WriteAsync(_body, context.RequestAborted);
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
