using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What an operator may write into overlay.json.</summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    private static readonly TransportCatalog Catalog = TransportCatalog.Of(typeof(TorEndPoint).Assembly);

    public string Name => "configuration";

    public int MaxLength => 4096;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "{", "}", "[", "]", ":", ",", "\"", "//", "/*", "*/", "\n", "\\u0000", "\\ud800", "\\ud800\\udc00", "null", "true", "false", "0", "-1", "1e999", "65536", "\xef\xbb\xbf",
        "\"socks\"", "\"listen\"", "\"127.0.0.1:5666\"", "\"[::1]:0\"", "\"unix:/run/x.sock\"", "\"allowRemote\"", "\"credentials\"", "\"user\"", "\"passwordFile\"", "\"allowedUids\"", "\"limits\"",
        "\"services\"", "\"ports\"", "\"80\"", "\"on\"", "\"tor\"", "\"identity\"", "\"options\"", "\"transports\"", "\"clearnet\"", "\"names\"", "\"relay\"", "\"idleLimit\"", "\"2h\"", "\"never\"", "\"dataFolder\"", "\"$schema\"");

    public void Run(ReadOnlySpan<byte> input)
    {
        bool isValid = Read(input, out string outcome);
        Promise.Holds(Read(input, out string again) == isValid && again == outcome);

        // Another line changes nothing, unless the text ends within something.
        Promise.Holds(!isValid || Read([.. input, .. "\n// the end\n"u8], out _));
    }

    private static bool Read(ReadOnlySpan<byte> text, out string outcome)
    {
        try
        {
            GatewayOptions options = GatewayConfiguration.Read(text, "/etc/klyntar/overlay.json", Catalog);
            GatewayConfiguration.Validate(options, Catalog);
            outcome = "";
            return true;
        }
        catch (ConfigurationException e)
        {
            // System.Text.Json ends a comment, and its line, at a CR too.
            int lines = text.Count((byte)'\n') + text.Count((byte)'\r') + 1;
            Promise.Holds(!e.Errors.IsDefaultOrEmpty);
            foreach (ConfigurationError error in e.Errors)
            {
                Promise.Holds(error.Line >= 0 && error.Line <= lines && error.Column >= 0);
                Promise.Holds(error.Reason.Length > 0 && error.Advice.Length > 0);
                Promise.Holds(!error.ToString().Any(char.IsControl));
            }

            outcome = e.Message;
            return false;
        }
    }
}
