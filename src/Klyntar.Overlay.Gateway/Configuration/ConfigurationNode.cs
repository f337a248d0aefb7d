using System.Text;
using System.Text.Json;

namespace Klyntar.Overlay.Gateway;

/// <summary>A value of a JSON text with its place, which System.Text.Json's own trees do not keep.</summary>
internal sealed class ConfigurationNode
{
    private const int MaxDepth = 32;

    private readonly byte[] _text;
    private readonly int _start;
    private int _end;

    private ConfigurationNode(byte[] text, string path, JsonTokenType kind, int start)
    {
        _text = text;
        _start = start;
        Path = path;
        Kind = kind;
    }

    /// <summary>Such as <c>socks[0].listen</c>; empty for the whole file.</summary>
    public string Path { get; }

    /// <summary>The token that the value starts with.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>The members of an object, in order.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>The elements of an array, in order.</summary>
    public List<ConfigurationNode> Items { get; } = [];

    /// <summary>The value's own text.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(_start.._end);

    /// <summary>What the value is, for messages.</summary>
    public string KindName => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => $"{Encoding.UTF8.GetString(Text)}",
        _ => "null",
    };

    /// <summary>Line and column of the value.</summary>
    public (int Line, int Column) Place => PlaceOf(_start);

    /// <summary>Line and column of a member's name.</summary>
    public (int Line, int Column) PlaceOfName(Member member) => PlaceOf(member.NameStart);

    /// <summary>The value of a member, or null.</summary>
    public ConfigurationNode? Find(string name) => Members.Find(m => m.Name == name)?.Value;

    /// <summary>The node at a path, or the nearest one above it.</summary>
    public ConfigurationNode Nearest(string path)
    {
        if (path == Path)
        {
            return this;
        }

        foreach (ConfigurationNode child in Members.Select(m => m.Value).Concat(Items))
        {
            if (IsAtOrBelow(path, child.Path))
            {
                return child.Nearest(path);
            }
        }

        return this;
    }

    /// <summary>Whether one path is another or below it.</summary>
    public static bool IsAtOrBelow(string path, string parent) =>
        parent.Length == 0 || (path.StartsWith(parent, StringComparison.Ordinal) && (path.Length == parent.Length || path[parent.Length] is '.' or '['));

    /// <summary>The path of a member.</summary>
    public static string PathOf(string parent, string name)
    {
        bool plain = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$');
        return plain
            ? parent.Length == 0 ? name : $"{parent}.{name}"
            : $"{parent}[\"{Quotable(name)}\"]";
    }

    /// <summary>A text fit for a message: short, and without control characters.</summary>
    public static string Quotable(string text)
    {
        var builder = new StringBuilder();
        foreach (char c in text.Length > 64 ? text.AsSpan(0, 64) : text)
        {
            builder.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return text.Length > 64 ? builder.Append('…').ToString() : builder.ToString();
    }

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="JsonException">It is no JSON, or nested too deeply.</exception>
    public static ConfigurationNode Parse(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = MaxDepth,
        });
        if (!reader.Read())
        {
            throw new JsonException("The text is empty.");
        }

        ConfigurationNode root = ReadValue(ref reader, utf8, "");
        // Anything but comments after the value makes the reader throw.
        reader.Read();
        return root;
    }

    private static ConfigurationNode ReadValue(ref Utf8JsonReader reader, byte[] text, string path)
    {
        var node = new ConfigurationNode(text, path, reader.TokenType, (int)reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int nameStart = (int)reader.TokenStartIndex;
                string name = reader.GetString()!;
                reader.Read();
                node.Members.Add(new Member(name, nameStart, ReadValue(ref reader, text, PathOf(path, name))));
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                node.Items.Add(ReadValue(ref reader, text, $"{path}[{node.Items.Count}]"));
            }
        }

        node._end = (int)reader.BytesConsumed;
        return node;
    }

    private (int Line, int Column) PlaceOf(int offset)
    {
        ReadOnlySpan<byte> before = _text.AsSpan(0, offset);
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }

    internal sealed record Member(string Name, int NameStart, ConfigurationNode Value);
}
