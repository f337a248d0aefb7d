using System.ComponentModel;
using System.Security.Cryptography;

[assembly: AssemblyFixture(typeof(Klyntar.Overlay.Integrations.Tests.NpmPackages))]

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>npm's real libraries, as the lock file says, installed once for each lock file into <c>artifacts/npm</c>.</summary>
public sealed class NpmPackages : IAsyncLifetime
{
    // The file that is written last, so that what has it is whole.
    private const string Done = "installed";

    private static readonly string Source = Repository.PathOf("tests", "Klyntar.Overlay.Integrations.Tests", "npm");

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Where programs find the libraries.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>A file that comes with them.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        string npm = Repository.PathOf("artifacts", "npm");
        Directory.CreateDirectory(npm);
        Folder = Path.Combine(npm, Hash());
        using FileStream held = await LockAsync(Path.Combine(npm, "lock"), cancelled);
        if (!File.Exists(PathOf(Done)))
        {
            await InstallAsync(cancelled);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs a program that finds the libraries.</summary>
    /// <param name="text">The program, a module.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables of its own.</param>
    internal async Task<ProgramRun> RunAsync(string text, IEnumerable<string>? arguments = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        // Node looks for libraries in the folders above the program's own.
        string program = PathOf($"{Guid.NewGuid():n}.mjs");
        await File.WriteAllTextAsync(program, text, TestContext.Current.CancellationToken);
        try
        {
            return await ProgramRun.RunAsync("node", [program, .. arguments ?? []], Folder, environment, cancellationToken: TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(program);
        }
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Source, file))
        .Where(file => !file.StartsWith($"node_modules{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    // What comes with the libraries is copied beside them, so it counts as well.
    private static string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Files())
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{file}\0"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Combine(Source, file))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        foreach (string file in Files())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.Copy(Path.Combine(Source, file), PathOf(file));
        }

        ProgramRun run;
        try
        {
            run = await ProgramRun.RunAsync("npm", ["ci"], Folder, cancellationToken: cancellationToken);
        }
        catch (Win32Exception e)
        {
            throw new OverlayException("These tests run Node's libraries, and this machine has no npm. Install Node.js 20 or later (apt install nodejs npm).", e);
        }

        if (run.Exit != 0)
        {
            throw new OverlayException($"npm cannot install the libraries of {Source}: {run.All} Check that npm's registry can be reached, and the lock file.");
        }

        await File.WriteAllTextAsync(PathOf(Done), "", cancellationToken);
    }

    // Test programs that run at once install once.
    private static async Task<FileStream> LockAsync(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(LockPoll, cancellationToken);
            }
        }
    }
}
