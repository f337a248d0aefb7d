using System.Runtime.InteropServices;

[assembly: AssemblyFixture(typeof(Klyntar.Overlay.Authors.Tests.PackedGateway))]

namespace Klyntar.Overlay.Authors.Tests;

/// <summary>What an author begins with: the gateway's packages, made as the guide says, and the template; and a user's home that is nobody's.</summary>
public sealed class PackedGateway : IAsyncLifetime
{
    /// <summary>How many of the guide's blocks are run for all tests: the packages are made, and the template is installed.</summary>
    internal const int BlocksRun = 2;

    // Several times what the longest takes on a busy machine.
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(15);

    private readonly string _home = Directory.CreateTempSubdirectory("klyntar-authors-").FullName;

    /// <summary>The folder with the packages.</summary>
    public static string Packages => Repository.PathOf("artifacts", "packages");

    /// <summary>Where plugins are added.</summary>
    public string DataHome => PathOf("share");

    /// <summary>A file or folder of the home.</summary>
    public string PathOf(params string[] parts) => Path.Combine([_home, .. parts]);

    public async ValueTask InitializeAsync()
    {
        foreach (string old in Directory.Exists(Packages) ? Directory.GetFiles(Packages, "Klyntar.Overlay.*.nupkg") : [])
        {
            File.Delete(old);
        }

        await BashAsync(AuthorsGuide.Script(AuthorsGuide.Blocks.Take(BlocksRun)), _home);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    // Templates are installed for a user, and this one is nobody. For them alone: packages are unpacked in that home too, and what is restored to it is gone with it.
    private string NobodysTemplates => $$"""
        dotnet() { if [ "$1" = new ]; then DOTNET_CLI_HOME='{{PathOf("dotnet")}}' command dotnet "$@"; else command dotnet "$@"; fi; }

        """;

    /// <summary>Runs the SDK's command; it must do what it is asked.</summary>
    internal Task<ProgramRun> DotnetAsync(string folder, params string[] arguments) =>
        RunAsync("dotnet", arguments, folder, more: arguments[0] == "new" ? new Dictionary<string, string> { ["DOTNET_CLI_HOME"] = PathOf("dotnet") } : null);

    /// <summary>Runs a script; it must end well.</summary>
    internal Task<ProgramRun> BashAsync(string script, string folder) => RunAsync("bash", ["-s"], folder, NobodysTemplates + script);

    /// <summary>Runs a program; it must end well.</summary>
    internal async Task<ProgramRun> RunAsync(string program, string[] arguments, string folder, string input = "", IReadOnlyDictionary<string, string>? more = null)
    {
        var environment = new Dictionary<string, string>(more ?? new Dictionary<string, string>())
        {
            // The command that the solution has built, in front of the one that would build itself.
            ["PATH"] = $"{AppContext.BaseDirectory}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
            ["OVERLAY"] = Repository.Root,

            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["DOTNET_NOLOGO"] = "1",
            ["XDG_DATA_HOME"] = DataHome,
            ["XDG_STATE_HOME"] = PathOf("state"),

            // Servers of the SDK would outlive the tests.
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        ProgramRun run = await ProgramRun.RunAsync(program, arguments, folder, environment, input, Most, TestContext.Current.CancellationToken);
        run.Exit.Should().Be(0, "{0} {1} must do what it is asked, but: {2}", program, string.Join(' ', arguments), run.All);
        return run;
    }
}
