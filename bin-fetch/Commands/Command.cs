using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.BinFetch;

/// <summary>A program that is run to its end, within a time limit.</summary>
internal sealed record Command(string Name, HelperProgram Program, IReadOnlyList<string> Arguments)
{
    // Far above what any of our commands prints.
    private const int LineLimit = 20_000;

    /// <summary>The proxies of this user's environment: apt honours them as it would on a terminal.</summary>
    private static readonly string[] ProxyVariables = ["http_proxy", "https_proxy", "no_proxy"];

    public required TimeSpan Limit { get; init; }

    public required TimeProvider Clock { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Whether it uses the network, and so the user's proxies.</summary>
    public bool UsesNetwork { get; init; }

    /// <summary>Runs it. Every exit code is a result; running out of time is one too.</summary>
    /// <exception cref="OverlayException">It cannot be started.</exception>
    public async ValueTask<CommandResult> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        HelperProcessOptions options = new()
        {
            Name = Name,
            Program = Program,
            Arguments = Arguments,
            WorkingDirectory = WorkingDirectory,
            Environment = UsesNetwork ? Proxies() : new Dictionary<string, string>(),
            OnOutput = line =>
            {
                if (lines.Count < LineLimit)
                {
                    lines.Add(line);
                }
            },
        };
        HelperProcess process = await HelperProcess.StartAsync(options, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            try
            {
                HelperExit exit = await process.Exited.WaitAsync(Limit, Clock, cancellationToken).ConfigureAwait(false);
                return new CommandResult(exit.ExitCode, lines, null);
            }
            catch (TimeoutException)
            {
                await process.StopAsync().ConfigureAwait(false);
                return new CommandResult(-1, lines, $"it was not done after {Limit.TotalSeconds:0} s");
            }
        }
    }

    private static Dictionary<string, string> Proxies() => ProxyVariables
        .Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
        .Where(pair => !string.IsNullOrEmpty(pair.value))
        .ToDictionary(pair => pair.name, pair => pair.value!);
}
