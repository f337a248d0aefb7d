using System.Text.Json;

namespace Klyntar.Overlay.Cli.Tests;

/// <summary>A user of the program: a home of their own, in which it runs.</summary>
internal sealed class CliHome : IDisposable
{
    /// <summary>A gateway that can reach nothing but this machine.</summary>
    public const string LoopbackOnly = """
        { "transports": { "tor": false, "loopback": {} }, "socks": [{ "listen": "127.0.0.1:0" }] }
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("klyntar-cli-").FullName;

    /// <summary>Variables of the programs' environment, beside the usual ones.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string DataFolder => Path.Join(Folder, "klyntar-overlay");

    public string File(string name) => Path.Join(Folder, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public CliProcess Start(params string[] arguments) => CliProcess.Start(this, arguments);

    public async Task<CliResult> RunAsync(params string[] arguments)
    {
        await using CliProcess process = Start(arguments);
        process.CloseInput();
        return await process.EndAsync();
    }

    public async Task<JsonElement> StatusAsync()
    {
        CliResult status = await RunAsync("status", "--json");
        status.ExitCode.Should().Be(0, status.Error);
        return JsonDocument.Parse(status.Output).RootElement;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
