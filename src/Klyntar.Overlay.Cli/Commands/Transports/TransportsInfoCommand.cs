using System.CommandLine;
using System.Text.Json.Nodes;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports info</c>: what one transport is, can carry, and is configured by.</summary>
internal static class TransportsInfoCommand
{
    private const int LabelWidth = 12;

    public static Command Create()
    {
        Argument<string> name = new("NAME") { Description = "The transport's name." };
        Option<string?> config = CommonOptions.Configuration();
        var command = new Command("info", "Show what a transport is, what it can carry, and its options.") { name, config };
        command.SetAction(parse =>
        {
            TransportCatalog catalog = CommonOptions.Catalog(parse.GetValue(config));
            string asked = parse.GetValue(name)!;
            _ = IdentityCatalog.FactoryOf(asked, catalog);
            bool isOn = EnabledTransports.Names(CommonOptions.OptionsFor(parse.GetValue(config), catalog), catalog).Contains(asked);
            foreach (string line in Lines(catalog, catalog.Transports[asked], isOn))
            {
                Terminal.Out.WriteLine(line);
            }
        });
        return command;
    }

    private static IEnumerable<string> Lines(TransportCatalog catalog, CatalogTransport transport, bool isOn)
    {
        var entry = TransportEntry.Of(transport, isOn);
        yield return entry.IsBuiltIn ? entry.Name : $"{entry.Name} {entry.Version}";
        yield return $"  {entry.Description}";
        if (transport.Plugin is { } plugin)
        {
            yield return Labelled("folder", plugin.Folder);
            yield return Labelled("contract", $"{plugin.ContractVersion.ToString(3)}, and this gateway has {typeof(ITransport).Assembly.GetName().Version!.ToString(3)}");
            yield return Labelled("sha256", $"{plugin.Sha256}{(plugin.IsPinned ? ", pinned" : "")}");
        }

        yield return Labelled("state", isOn ? "on" : $$"""off; the configuration switches it on: "transports": { "{{entry.Name}}": {} }""");
        (string names, string can) = Promises(transport);
        yield return Labelled("names", names);
        yield return Labelled("can", can);
        JsonNode definitions = JsonNode.Parse(GatewaySchema.Generate(catalog))!["$defs"]!;
        foreach (string line in Options("options", definitions[entry.Name]).Concat(Options("of a service", definitions[$"{entry.Name}.service"])))
        {
            yield return line;
        }
    }

    private static (string Names, string Can) Promises(CatalogTransport transport)
    {
        try
        {
            ITransport made = transport.Create(null);
            TransportCapabilities can = made.Capabilities;
            string[] words =
            [
                "dial",
                .. Word(can.Publish, "publish"),
                .. Word(can.HalfClose, "half-close"),
                .. Word(can.Reset, "reset"),
                .. Word(can.Isolation, "isolation"),
                .. Word(can.SharedAddress, "several ports on one address"),
                .. Word(can.VisitorIdentity, "visitors' identities"),
                .. Word(can.DialAs, "dial as a service"),
            ];
            return (made.Suffixes is { IsDefaultOrEmpty: false } suffixes ? string.Join(", ", suffixes) : "not told by how they end", string.Join(", ", words));
        }
        catch (Exception e)
        {
            string unknown = $"not known without its options ({e.Message.TrimEnd('.')})";
            return (unknown, unknown);
        }
    }

    private static IEnumerable<string> Word(bool has, string word) => has ? [word] : [];

    private static IEnumerable<string> Options(string label, JsonNode? definition)
    {
        if (definition?["properties"] is not JsonObject properties)
        {
            yield break;
        }

        if (properties.Count == 0)
        {
            yield return Labelled(label, "none");
        }

        foreach ((string key, JsonNode? property) in properties)
        {
            yield return Labelled(label, $"{key}: {Described(property)}");
            label = "";
        }
    }

    private static string Described(JsonNode? option)
    {
        string description = option?["description"]?.GetValue<string>() ?? "not described";

        // A description that tells the default itself knows more of it than its value.
        return option?["default"] is not { } value || description.Contains("Default:", StringComparison.Ordinal)
            ? description
            : $"{description} Default: {value.ToJsonString()}.";
    }

    private static string Labelled(string label, string text) => $"  {label.PadRight(LabelWidth)}  {text}";
}
