using System.CommandLine;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports list</c>: one line a transport, also for those that are not configured and those that are refused.</summary>
internal static class TransportsListCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "Write them as JSON." };
        Option<string?> config = CommonOptions.Configuration();
        var command = new Command("list", "Show every transport: name, whether the configuration has it run, where it comes from, what it is.") { json, config };
        command.SetAction(parse =>
        {
            TransportCatalog catalog = CommonOptions.Catalog(parse.GetValue(config));
            TransportEntry[] entries = [.. TransportEntry.All(CommonOptions.OptionsFor(parse.GetValue(config), catalog), catalog)];
            if (parse.GetValue(json))
            {
                Terminal.Out.WriteLine(JsonSerializer.Serialize(entries, Json));
                return;
            }

            int name = entries.Max(e => e.Name.Length);
            int origin = entries.Max(e => OriginOf(e).Length);
            foreach (TransportEntry entry in entries)
            {
                Terminal.Out.WriteLine($"{entry.Name.PadRight(name)}  {entry.State,-7}  {OriginOf(entry).PadRight(origin)}  {entry.Description}");
            }
        });
        return command;
    }

    private static string OriginOf(TransportEntry entry) => entry.IsBuiltIn ? "built in" : entry.Version is { } version ? $"plugin {version}" : "plugin";
}
