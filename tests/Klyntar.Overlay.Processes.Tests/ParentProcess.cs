using System.Globalization;

namespace Klyntar.Overlay.Processes.Tests;

/// <summary>A process that starts helpers and then waits to be killed: <c>parent &lt;tether&gt; &lt;how many&gt; &lt;marker&gt;</c>. Prints each helper's id.</summary>
internal static class ParentProcess
{
    public const string Mode = "parent";

    public static async Task<int> RunAsync(string[] args)
    {
        Tether tether = await Tethers.ByNameAsync(args[0]);
        int count = int.Parse(args[1], CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            // Each start comes from another thread: the helper must live on when that thread ends.
            int id = 0;
            Thread starter = new(() => id = HelperProcess.StartAsync(Helper(args[2]), tether, CancellationToken.None).AsTask().GetAwaiter().GetResult().Id);
            starter.Start();
            starter.Join();
            await Console.Out.WriteLineAsync(id.ToString(CultureInfo.InvariantCulture));
            await Console.Out.FlushAsync();
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static HelperProcessOptions Helper(string marker) => new()
    {
        Name = "sleeper",
        Program = new HelperProgram("/bin/sleep", "test"),
        Arguments = ["600"],
        Environment = new Dictionary<string, string> { ["MARKER"] = marker },
        WorkingDirectory = "/",
    };
}
