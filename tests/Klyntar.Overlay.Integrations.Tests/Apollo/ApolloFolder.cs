using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>An Apollo of its own with the modules in it, put there as their README says.</summary>
internal sealed class ApolloFolder : IDisposable
{
    private readonly string _folder;

    private ApolloFolder(string folder) => _folder = folder;

    private string Configuration => Path.Combine(_folder, "configuration.json");

    /// <summary>Makes one.</summary>
    /// <param name="packages">Where it finds libraries.</param>
    /// <param name="settings">KLYNTAR_OVERLAY in its configuration, or null.</param>
    public static async Task<ApolloFolder> CreateAsync(NpmPackages packages, JsonObject? settings = null)
    {
        string folder = Directory.CreateDirectory(packages.PathOf($"apollo-{Guid.NewGuid():n}")).FullName;
        var apollo = new ApolloFolder(folder);
        File.Copy(packages.PathOf("apollo.mjs"), Path.Combine(folder, "index.mjs"));
        string source = Repository.PathOf("integrations", "apollo");
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, "KLY_Modules", "overlay", Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.WriteAllTextAsync(apollo.Configuration, """{ "VERSION": "Apollo", "EXTRA_CLI": [], "EXTRA_UI": [] }""", TestContext.Current.CancellationToken);
        ProgramRun installed = await ProgramRun.RunAsync("node", ["KLY_Modules/overlay/install.js"], folder, cancellationToken: TestContext.Current.CancellationToken);
        installed.Exit.Should().Be(0, installed.All);
        apollo.Change(configuration =>
        {
            if (settings is not null)
            {
                configuration["KLYNTAR_OVERLAY"] = settings;
            }
        });
        return apollo;
    }

    /// <summary>Its configuration as it is now.</summary>
    public JsonNode Read() => JsonNode.Parse(File.ReadAllText(Configuration))!;

    /// <summary>Changes its configuration.</summary>
    public void Change(Action<JsonNode> change)
    {
        JsonNode configuration = Read();
        change(configuration);
        File.WriteAllText(Configuration, configuration.ToJsonString());
    }

    /// <summary>Runs a command of it, which tells each name that it would have resolved.</summary>
    /// <param name="command">The command.</param>
    /// <param name="url">What it asks for.</param>
    /// <param name="environment">Variables of its own.</param>
    public Task<ProgramRun> RunAsync(string command, string url, IReadOnlyDictionary<string, string>? environment = null) =>
        ProgramRun.RunAsync("node", ["--import", "../lookups.mjs", "index.mjs", command, url], _folder, environment, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Adds the modules once more.</summary>
    public Task<ProgramRun> InstallAgainAsync() =>
        ProgramRun.RunAsync("node", ["KLY_Modules/overlay/install.js"], _folder, cancellationToken: TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
