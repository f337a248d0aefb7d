using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What the documentation says of the configuration, held to what the gateway reads.</summary>
public sealed class PublishedDocumentsTests
{
    private const string Refresh = "REFRESH_DOCS";

    [Fact]
    public void The_published_schema_is_the_one_of_the_options()
    {
        string path = Path.Join(Repository.Root, "docs", "overlay.schema.json");
        string schema = GatewaySchema.Generate(TransportCatalog.LoadBuiltIn());
        if (Environment.GetEnvironmentVariable(Refresh) == "1")
        {
            File.WriteAllText(path, schema);
        }

        (File.Exists(path) ? File.ReadAllText(path) : "").Should().Be(schema, $"the options have changed; run this test with {Refresh}=1 and commit docs/overlay.schema.json");
    }

    [Fact]
    public void The_example_configuration_is_read() => Read(File.ReadAllText(Path.Join(Repository.Root, "docs", "overlay.example.json")));

    [Fact]
    public void The_configurations_in_the_README_are_read()
    {
        string[] examples = [.. File.ReadAllText(Path.Join(Repository.Root, "README.md")).Split("```json\n").Skip(1).Select(e => e.Split("```")[0])];

        examples.Should().NotBeEmpty();
        foreach (string example in examples)
        {
            Read(example);
        }
    }

    private static void Read(string text)
    {
        Action reading = () => GatewayConfiguration.Read(Encoding.UTF8.GetBytes(text), "/etc/klyntar/overlay.json", TransportCatalog.LoadBuiltIn());
        reading.Should().NotThrow();
    }
}
