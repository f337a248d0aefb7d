using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A program that says when it listens, and ends with the tests at the latest.</summary>
internal static class ListeningProcess
{
    /// <summary>Starts it.</summary>
    /// <param name="options">What is started.</param>
    /// <param name="listens">Whether a line says that it listens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>It, or what it said where it ended before.</returns>
    public static async Task<(HelperProcess? Process, string WhyNot)> StartAsync(HelperProcessOptions options, Func<string, bool> listens, CancellationToken cancellationToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HelperProcess process = await HelperProcess.StartAsync(
            options with
            {
                OnOutput = line =>
                {
                    if (!listening.Task.IsCompleted && listens(line))
                    {
                        listening.TrySetResult();
                    }
                },
            },
            cancellationToken);
        Task first = await Task.WhenAny(listening.Task, process.Exited).WaitAsync(cancellationToken);
        if (first == listening.Task)
        {
            return (process, "");
        }

        await process.DisposeAsync();
        return (null, $"{options.Name} ended before it listened: {string.Join(' ', process.RecentOutput)}");
    }
}
