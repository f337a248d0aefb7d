using System.CommandLine;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>The command that runs a soak; in a process of its own, so that all it holds is the gateways'.</summary>
internal static class SoakProgram
{
    public const string Mode = "soak";

    public static Task<int> RunAsync(string[] args)
    {
        Option<int> events = new("--events") { Description = "How many things are done to tors.", DefaultValueFactory = static _ => 200 };
        Option<double> minutes = new("--minutes") { Description = "How long it may take until every service is back.", DefaultValueFactory = static _ => 10 };
        Option<int?> seed = new("--seed") { Description = "Repeats the events of an earlier run." };
        RootCommand command = new("Kills, hangs and restarts the tors of two gateways at random, under traffic.") { events, minutes, seed };
        command.SetAction(async (parsed, cancelled) =>
        {
            var options = new SoakOptions(
                parsed.GetValue(events),
                TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                parsed.GetValue(seed) ?? Random.Shared.Next());
            await using var network = new PrivateTor();
            await network.InitializeAsync();
            using var soak = new Soak(options, network, Console.Out);
            return await soak.RunAsync(cancelled) ? 0 : 1;
        });
        return command.Parse(args).InvokeAsync();
    }
}
