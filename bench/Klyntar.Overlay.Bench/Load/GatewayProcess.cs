using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Bench;

/// <summary>The command itself, as a process that ends with this one, however this one ends.</summary>
internal static class GatewayProcess
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    // What tells the command where programs and keys are kept.
    private static readonly string[] Passed = ["XDG_CACHE_HOME", "DOTNET_ROOT"];

    public static ValueTask<HelperProcess> StartAsync(string launcher, IReadOnlyList<string> arguments, string folder, Action<string>? onOutput, CancellationToken cancellationToken) =>
        HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "the gateway",
                Program = new HelperProgram(launcher, "this repository"),
                Arguments = arguments,
                Environment = Passed
                    .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)!))
                    .Where(variable => variable.Value is not null)
                    .ToDictionary(),
                WorkingDirectory = folder,
                OnOutput = onOutput,
            },
            cancellationToken);

    /// <summary>Awaits something that only a living gateway can bring about.</summary>
    public static async Task<T> WhileRunningAsync<T>(HelperProcess gateway, Task<T> awaited, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(awaited, gateway.Exited).WaitAsync(cancellationToken) == awaited)
        {
            return await awaited;
        }

        throw new InvalidOperationException($"The gateway ended. Its output: {string.Join('\n', gateway.RecentOutput)}");
    }

    /// <summary>Waits until its transports are ready and its services published.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<GatewayStatus> ReadyAsync(HelperProcess gateway, string data, CancellationToken cancellationToken)
    {
        return WhileRunningAsync(gateway, AskAsync(new GatewayClient(data)), cancellationToken);

        async Task<GatewayStatus> AskAsync(GatewayClient client)
        {
            while (true)
            {
                try
                {
                    GatewayStatus status = await client.GetStatusAsync(cancellationToken);
                    if (status.IsReady)
                    {
                        return status;
                    }
                }
                catch (OverlayException)
                {
                    // It is not up yet.
                }

                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }
}
