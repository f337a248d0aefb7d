using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>One line that is said to a bridge. It never prints itself: it may hold keys and passwords.</summary>
internal sealed class SamCommand
{
    /// <summary>How the greeting is called in messages.</summary>
    public const string Hello = "HELLO";

    private readonly string _line;

    private SamCommand(string name, string topic, string kind, string line)
    {
        Name = name;
        Topic = topic;
        Kind = kind;
        _line = line.AsSpan().ContainsAnyExceptInRange(' ', '~') ? throw new ArgumentException("A line of SAM is printable ASCII.", nameof(line)) : line;
    }

    /// <summary>Its first words, for messages.</summary>
    public string Name { get; }

    /// <summary>The first word of its answer.</summary>
    public string Topic { get; }

    /// <summary>The second word of its answer.</summary>
    public string Kind { get; }

    /// <summary>The greeting.</summary>
    public static SamCommand Greet(SamCredentials? credentials) => new(
        Hello, "HELLO", "REPLY",
        "HELLO VERSION MIN=3.1 MAX=3.3" + (credentials is null ? "" : $" USER={Quote(credentials.User)} PASSWORD={Quote(credentials.Password)}"));

    /// <summary>Asks for a new destination with an Ed25519 key.</summary>
    public static SamCommand Generate() => new("DEST GENERATE", "DEST", "REPLY", "DEST GENERATE SIGNATURE_TYPE=7");

    /// <summary>Begins a session.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="key">Its private key.</param>
    /// <param name="options">Options, each NAME=VALUE without spaces.</param>
    public static SamCommand CreateSession(string id, I2PPrivateKey key, IEnumerable<string> options) => new(
        "SESSION CREATE", "SESSION", "STATUS",
        $"SESSION CREATE STYLE=STREAM ID={Word(id)} DESTINATION={I2PBase64.EncodeToString(key.Bytes)} {string.Join(' ', options.Select(Word))}".TrimEnd());

    /// <summary>Asks for the destination that a name leads to.</summary>
    public static SamCommand LookUp(string name) => new("NAMING LOOKUP", "NAMING", "REPLY", $"NAMING LOOKUP NAME={Word(name)}");

    /// <summary>Dials. After consent the connection is the stream.</summary>
    /// <param name="id">The session.</param>
    /// <param name="destination">The destination, or its b32 or b33.</param>
    /// <param name="port">The port, where the bridge carries ports (SAM 3.2); else null.</param>
    public static SamCommand Connect(string id, string destination, int? port) => new(
        "STREAM CONNECT", "STREAM", "STATUS",
        string.Create(CultureInfo.InvariantCulture, $"STREAM CONNECT ID={Word(id)} DESTINATION={Word(destination)} SILENT=false{(port is { } to ? $" TO_PORT={to}" : "")}"));

    /// <summary>Waits for a visitor. After consent a line with his destination follows, and then the connection is the stream.</summary>
    public static SamCommand Accept(string id) => new("STREAM ACCEPT", "STREAM", "STATUS", $"STREAM ACCEPT ID={Word(id)} SILENT=false");

    /// <summary>Asks for a sign of life, where the bridge knows that (SAM 3.2).</summary>
    public static SamCommand Ping(string text) => new("PING", "PONG", "", $"PING {Word(text)}");

    /// <summary>The answer to a bridge's PING.</summary>
    public static SamCommand Pong(string text) => new("PONG", "", "", $"PONG {text}".TrimEnd());

    /// <summary>The bytes to send.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(_line + "\n");

    /// <summary>Its first words.</summary>
    public override string ToString() => Name;

    private static string Word(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAny(' ', '"') ? text : throw new ArgumentException("A value has no spaces and no quotation marks.", nameof(text));

    // SAM 3.2: a quotation mark or a backslash inside has a backslash before it.
    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
