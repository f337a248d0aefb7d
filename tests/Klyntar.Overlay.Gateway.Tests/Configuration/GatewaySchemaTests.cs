using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class GatewaySchemaTests
{
    private readonly JsonNode _schema = JsonNode.Parse(GatewaySchema.Generate(SampleFactory.Catalog))!;

    [Fact]
    public void Every_key_of_the_configuration_is_described() =>
        _schema["properties"]!.AsObject().Where(p => p.Key != "$schema").Should().OnlyContain(p => p.Value!["description"] != null)
            .And.Subject.Select(p => p.Key).Should().BeEquivalentTo("dataFolder", "socks", "services", "peers", "onDemandPeers", "transports", "plugins", "clearnet", "relay", "limits", "engine");

    [Fact]
    public void Unknown_keys_are_not_allowed_anywhere()
    {
        Objects(_schema).Should().NotBeEmpty().And.OnlyContain(o => o["additionalProperties"] != null);

        static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
        {
            JsonObject o => (o["properties"] is JsonObject && o["additionalProperties"] is not JsonObject ? new[] { o } : []).Concat(o.SelectMany(p => Objects(p.Value))),
            JsonArray a => a.SelectMany(Objects),
            _ => [],
        };
    }

    [Fact]
    public void A_transport_has_its_own_options_or_is_false()
    {
        JsonNode tor = _schema["properties"]!["transports"]!["properties"]!["tor"]!;

        tor["description"]!.GetValue<string>().Should().Be("The tor of these tests.");
        tor["anyOf"]![0]!["const"]!.GetValue<bool>().Should().BeFalse();
        tor["anyOf"]![1]!["$ref"]!.GetValue<string>().Should().Be("#/$defs/tor");
        JsonNode options = _schema["$defs"]!["tor"]!["properties"]!;
        options["program"]!["description"]!.GetValue<string>().Should().Be("The path of the program.");
        options["level"]!["minimum"]!.GetValue<int>().Should().Be(1);
        options["level"]!["maximum"]!.GetValue<int>().Should().Be(9);
        options["patience"]!["pattern"]!.GetValue<string>().Should().Be(TimeSpanConverter.Pattern);
        options["mode"]!["enum"]!.AsArray().Select(m => m!.GetValue<string>()).Should().Equal("managed", "external");
    }

    [Fact]
    public void An_option_tells_its_default_as_the_file_would_have_it_where_it_has_one()
    {
        JsonObject options = _schema["$defs"]!["tor"]!["properties"]!.AsObject();

        options.ToDictionary(o => o.Key, o => o.Value!["default"]?.ToJsonString()).Should().BeEquivalentTo(new Dictionary<string, string?>
        {
            ["program"] = null,
            ["level"] = "3",
            ["wait"] = "\"30s\"",
            ["patience"] = "\"30s\"",
            ["mode"] = "\"managed\"",
            ["lines"] = null,
            ["inner"] = null,
            ["contact"] = null,
        });
        _schema["properties"]!["services"]!["additionalProperties"]!["properties"]!["ports"]!.AsObject().Should().NotContainKey("default", "what is required has none");
    }

    [Fact]
    public void Targets_may_be_names_and_where_a_door_listens_may_not()
    {
        Pattern(_schema["properties"]!["services"]!["additionalProperties"]!["properties"]!["ports"]!["additionalProperties"]!).Should().Be(EndPointText.TargetPattern);
        Pattern(_schema["properties"]!["socks"]!["items"]!["properties"]!["listen"]!).Should().Be(EndPointText.Pattern);

        static string Pattern(JsonNode node) => node["pattern"]!.GetValue<string>();
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        string[] references = [.. References(_schema)];

        references.Should().Contain("#/$defs/tor", "a type that holds itself refers to its definition");
        foreach (string reference in references)
        {
            reference.Split('/').Skip(1).Aggregate((JsonNode?)_schema, (node, part) => node is JsonArray array ? array[int.Parse(part)] : node?[part])
                .Should().NotBeNull(reference);
        }

        static IEnumerable<string> References(JsonNode? node) => node switch
        {
            JsonObject o => o.SelectMany(p => p is { Key: "$ref", Value: JsonValue value } ? [value.GetValue<string>()] : References(p.Value)),
            JsonArray a => a.SelectMany(References),
            _ => [],
        };
    }

    [Fact]
    public void A_service_has_options_only_where_the_transport_knows_some() =>
        _schema["properties"]!["services"]!["additionalProperties"]!["properties"]!["options"]!["properties"]!.AsObject().Select(p => p.Key)
            .Should().Equal("tor");

    [Fact]
    public void What_a_service_must_have_is_required() =>
        _schema["properties"]!["services"]!["additionalProperties"]!["required"]!.AsArray().Select(r => r!.GetValue<string>())
            .Should().BeEquivalentTo("ports", "on");
}
