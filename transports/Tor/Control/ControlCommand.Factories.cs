using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

internal sealed partial class ControlCommand
{
    /// <summary>Section 3.21: <c>"PROTOCOLINFO" *(SP PIVERSION) CRLF</c>. Allowed once before authentication.</summary>
    public static ControlCommand ProtocolInfo() => new("PROTOCOLINFO", "1");

    /// <summary>Section 3.24: <c>"AUTHCHALLENGE" SP "SAFECOOKIE" SP ClientNonce CRLF</c>.</summary>
    public static ControlCommand AuthChallenge(ReadOnlySpan<byte> clientNonce) =>
        new("AUTHCHALLENGE", $"SAFECOOKIE {Convert.ToHexString(clientNonce)}");

    /// <summary>Section 3.5 without a secret: for a control port that asks for none.</summary>
    public static ControlCommand Authenticate() => new("AUTHENTICATE", "");

    /// <summary>Section 3.5: <c>"AUTHENTICATE" SP 1*HEXDIG CRLF</c>, with a cookie or a SAFECOOKIE client hash.</summary>
    public static ControlCommand Authenticate(ReadOnlySpan<byte> secret)
    {
        Span<byte> hex = stackalloc byte[2 * secret.Length];
        Convert.TryToHexString(secret, hex, out _);
        var command = new ControlCommand("AUTHENTICATE", "", hex, "");
        hex.Clear();
        return command;
    }

    /// <summary>Section 3.5: <c>"AUTHENTICATE" SP QuotedString CRLF</c>. Unquoted, tor would take it as hexadecimal.</summary>
    public static ControlCommand AuthenticatePassword(string password) =>
        new("AUTHENTICATE", "", Encoding.Latin1.GetBytes(ControlText.QuoteUtf8(password)), "");

    /// <summary>Section 3.23: tor ends when this connection does.</summary>
    public static ControlCommand TakeOwnership() => new("TAKEOWNERSHIP", "");

    /// <summary>Section 3.4: <c>"SETEVENTS" *(SP EventCode) CRLF</c>. Replaces what was set before.</summary>
    public static ControlCommand SetEvents(params IEnumerable<string> events) => new("SETEVENTS", Words(events));

    /// <summary>Section 3.9: <c>"GETINFO" 1*(SP keyword) CRLF</c>.</summary>
    public static ControlCommand GetInfo(params IEnumerable<string> keys) => new("GETINFO", Words(keys));

    /// <summary>Section 3.3: <c>"GETCONF" *(SP keyword) CRLF</c>.</summary>
    public static ControlCommand GetConf(params IEnumerable<string> keys) => new("GETCONF", Words(keys));

    /// <summary>Section 3.1: <c>"SETCONF" 1*(SP keyword ["=" value]) CRLF</c>. Replaces all lines of each key named; a null value resets it.</summary>
    public static ControlCommand SetConf(params IEnumerable<(string Key, string? Value)> settings) =>
        new("SETCONF", string.Join(' ', settings.Select(s => s.Value is null ? Word(s.Key) : $"{Word(s.Key)}={ControlText.QuoteUtf8(s.Value)}")));

    /// <summary>Section 3.7: <c>"SIGNAL" SP Signal CRLF</c>, such as SHUTDOWN, RELOAD, NEWNYM, ACTIVE.</summary>
    public static ControlCommand Signal(string signal) => new("SIGNAL", Word(signal));

    /// <summary>Section 3.17: <c>"CLOSECIRCUIT" SP CircuitID CRLF</c>.</summary>
    public static ControlCommand CloseCircuit(string circuitId) => new("CLOSECIRCUIT", Word(circuitId));

    /// <summary>Section 3.26: fetches an onion service's descriptor; HS_DESC events tell how it goes.</summary>
    /// <param name="serviceId">The address without <c>.onion</c>.</param>
    public static ControlCommand FetchDescriptor(string serviceId) => new("HSFETCH", Word(serviceId));

    /// <summary>
    /// Section 3.27: <c>"ADD_ONION" SP KeyType ":" KeyBlob [SP "Flags=" …] [SP "MaxStreams=" n] 1*(SP "Port=" VirtPort "," Target) CRLF</c>,
    /// always with our own key and DiscardPK, so that no key ever comes back.
    /// </summary>
    public static ControlCommand AddOnion(AddOnionRequest request)
    {
        var after = new StringBuilder(" Flags=DiscardPK");
        foreach (string flag in request.Flags)
        {
            after.Append(',').Append(Word(flag));
        }

        foreach ((string keyword, string value) in request.Arguments)
        {
            after.Append(' ').Append(Word(keyword)).Append('=').Append(Word(value));
        }

        foreach ((int port, string target) in request.Ports)
        {
            after.Append(CultureInfo.InvariantCulture, $" Port={port},{Word(target)}");
        }

        return new ControlCommand("ADD_ONION", "", request.Key.Span, after.ToString());
    }

    /// <summary>Section 3.28: <c>"DEL_ONION" SP ServiceID CRLF</c>.</summary>
    /// <param name="serviceId">The address without <c>.onion</c>.</param>
    public static ControlCommand DelOnion(string serviceId) => new("DEL_ONION", Word(serviceId));

    /// <summary>Section 3.30: <c>"ONION_CLIENT_AUTH_ADD" SP HSAddress SP KeyType ":" PrivateKeyBlob CRLF</c>. Tor forgets the key when it ends.</summary>
    /// <param name="serviceId">The address without <c>.onion</c>.</param>
    /// <param name="key"><c>x25519:</c> and the private key in base64.</param>
    public static ControlCommand AddClientKey(string serviceId, ReadOnlySpan<byte> key) =>
        new("ONION_CLIENT_AUTH_ADD", $"{Word(serviceId)} ", key, "");

    private static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(Word));
}

/// <summary>What to publish on a tor.</summary>
/// <param name="Key"><c>ED25519-V3:</c> and the expanded key in base64.</param>
/// <param name="Ports">Virtual ports, and where tor connects to for each: <c>unix:/path</c> or <c>127.0.0.1:port</c>.</param>
internal sealed record AddOnionRequest(ReadOnlyMemory<byte> Key, IReadOnlyList<(int Port, string Target)> Ports)
{
    /// <summary>Flags beside DiscardPK.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Further keyword arguments, such as MaxStreams.</summary>
    public IReadOnlyList<(string Keyword, string Value)> Arguments { get; init; } = [];

    public override string ToString() => $"a service on {Ports.Count} ports";
}
