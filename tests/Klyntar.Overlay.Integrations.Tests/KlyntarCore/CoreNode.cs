using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A running daemon of a <see cref="CoreCheckout"/>. It says what happens, one line each: the stand-in as JSON, the plugin in words.</summary>
internal sealed class CoreNode : IAsyncDisposable
{
    private readonly HelperProcess _process;
    private readonly ChannelReader<string> _lines;
    private readonly List<string> _said = [];

    private CoreNode(HelperProcess process, ChannelReader<string> lines)
    {
        _process = process;
        _lines = lines;
    }

    /// <summary>All lines that were waited through.</summary>
    public IReadOnlyList<string> Said => _said;

    /// <summary>Starts a daemon.</summary>
    public static async Task<CoreNode> StartAsync(CoreCheckout checkout, NpmPackages packages, CoreNodeOptions options, CancellationToken cancellationToken)
    {
        string symbiote = Path.Combine(checkout.State, options.Name);
        Directory.CreateDirectory(Path.Combine(symbiote, "CONFIGS"));
        var configuration = new JsonObject
        {
            ["NODE_LEVEL"] = new JsonObject
            {
                ["PUBLIC_KEY"] = options.Name,
                ["PLUGINS"] = new JsonArray(CoreCheckout.Entry),
                ["BOOTSTRAP_NODES"] = options.Follows is null ? [] : new JsonArray($"http://{options.Follows}:7332"),
                ["MY_HOSTNAME"] = "http://localhost:7332",
                ["GET_BLOCKS_URL"] = options.Follows is null ? null : $"http://{options.Follows}:7332",
                ["POINT_OF_DISTRIBUTION"] = options.Follows is null ? null : $"ws://{options.FollowsByWebSocket ?? options.Follows}:9999",

                // As in the core's template.
                ["INTERFACE"] = "::",
                ["WEBSOCKET_INTERFACE"] = "::",
                ["PORT"] = options.Http,
                ["WEBSOCKET_PORT"] = options.WebSocket,
            },
            ["KLYNTAR_OVERLAY"] = options.Overlay.DeepClone(),
        };
        await File.WriteAllTextAsync(Path.Combine(symbiote, "CONFIGS", "configs.json"), configuration.ToJsonString(), cancellationToken);
        var lines = Channel.CreateUnbounded<string>();
        HelperProcess process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = options.Name,
                Program = new HelperProgram(NodeTarget.Program(), "test"),
                Arguments = ["--import", new Uri(packages.PathOf("lookups.mjs")).AbsoluteUri, .. options.IsPreloaded ? ["--import", "./KLY_Plugins/overlay_gateway/lookup.mjs"] : Array.Empty<string>(), checkout.Core],
                Environment = new Dictionary<string, string>(options.Environment) { ["SYMBIOTE_DIR"] = symbiote },
                WorkingDirectory = checkout.Folder,
                OnOutput = line => lines.Writer.TryWrite(line),
            },
            cancellationToken);
        _ = process.Exited.ContinueWith(_ => lines.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return new CoreNode(process, lines.Reader);
    }

    /// <summary>Waits for a line that holds a text.</summary>
    public async Task<string> SaysAsync(string text)
    {
        try
        {
            await foreach (string line in _lines.ReadAllAsync(TestContext.Current.CancellationToken))
            {
                _said.Add(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_process.Name} never said \"{text}\", but: {Recent}", e);
        }

        throw new InvalidOperationException($"{_process.Name} ended and never said \"{text}\", but: {Recent}");
    }

    /// <summary>Waits for an event of the stand-in.</summary>
    /// <param name="name">The event.</param>
    /// <param name="text">What it holds.</param>
    public async Task<JsonElement> TellsAsync(string name, string text = "")
    {
        string line;
        do
        {
            line = await SaysAsync($"{{\"event\":\"{name}\"");
        }
        while (!line.Contains(text, StringComparison.Ordinal));

        return JsonSerializer.Deserialize<JsonElement>(line);
    }

    /// <summary>Passes over what was said until now.</summary>
    public void Forget()
    {
        while (_lines.TryRead(out string? line))
        {
            _said.Add(line);
        }
    }

    /// <summary>Ends it without a chance to end anything itself.</summary>
    public void Kill()
    {
        using var process = Process.GetProcessById(_process.Id);
        process.Kill();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string Recent => string.Join('\n', _said.TakeLast(20));
}
