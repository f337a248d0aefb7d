using System.Net;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The page that ZeroNet's users see at a site of ours.</summary>
/// <param name="Title">What the node is called.</param>
/// <param name="Description">What it is, in a sentence.</param>
internal sealed record SitePage(string Title, string Description)
{
    /// <summary>Its path in the site.</summary>
    public const string FileName = "index.html";

    /// <summary>The page in UTF-8: static, and of one file. The same bytes for the same words.</summary>
    public byte[] Write()
    {
        string title = WebUtility.HtmlEncode(Title);
        return Encoding.UTF8.GetBytes(
            $$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{{title}}</title>
            <style>body { max-width: 40em; margin: 4em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.5 }</style>
            </head>
            <body>
            <h1>{{title}}</h1>
            <p>{{WebUtility.HtmlEncode(Description)}}</p>
            <p>This is the site of a node, which other nodes reach by the end points in its file {{EndPointRecord.FileName}}. There is nothing else to see here.</p>
            </body>
            </html>

            """.ReplaceLineEndings("\n"));
    }
}
