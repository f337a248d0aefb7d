using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys auth list</c>: one line a client key, with its public part and the services that it is for. A key that cannot be read does not hide the others.</summary>
internal static class KeysAuthListCommand
{
    public static Command Create()
    {
        Option<string?> config = CommonOptions.Configuration();
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the configuration's");
        var command = new Command("list", "Show the client keys: overlay, name, public part, and the services that the configuration uses each for.") { config, dataFolder };
        command.SetAction(parse =>
        {
            (GatewayOptions options, TransportCatalog catalog) = CommonOptions.ReadConfiguration(parse.GetValue(config));
            string folder = IdentityCatalog.DataFolder(parse.GetValue(dataFolder) ?? options.DataFolder);
            var lines = new List<(string Overlay, string Name, string Told)>();
            var faults = new List<string>();
            foreach (ClientKeyCatalog keys in ClientKeyCatalog.All(folder, options, catalog))
            {
                Collect(keys, lines, faults);
            }

            int overlayWidth = lines.Select(l => l.Overlay.Length).DefaultIfEmpty().Max();
            int nameWidth = lines.Select(l => l.Name.Length).DefaultIfEmpty().Max();
            foreach ((string overlay, string name, string told) in lines)
            {
                Terminal.Out.WriteLine($"{overlay.PadRight(overlayWidth)}  {name.PadRight(nameWidth)}  {told}");
            }

            faults.ForEach(f => Terminal.Error.WriteLine($"klyntar-overlay: {f}"));
            if (lines.Count + faults.Count == 0)
            {
                Terminal.Error.WriteLine($"There are no client keys in {folder} yet. 'klyntar-overlay keys auth new NAME' makes one.");
            }

            return faults.Count == 0 ? 0 : Cli.Failed;
        });
        return command;
    }

    private static void Collect(ClientKeyCatalog keys, List<(string Overlay, string Name, string Told)> lines, List<string> faults)
    {
        ILookup<string, string> hosts = keys.Format.Uses.ToLookup(u => u.Value, u => u.Key, StringComparer.Ordinal);
        IReadOnlyList<string> names = keys.Names();
        foreach (string name in names)
        {
            try
            {
                if (keys.Read(name) is { } key)
                {
                    lines.Add((keys.Overlay, name, string.Join("  ", hosts[name].Order(StringComparer.Ordinal).Prepend(key.PublicPart))));
                }
            }
            catch (OverlayException fault)
            {
                faults.Add(fault.Message);
            }
        }

        faults.AddRange(hosts.Where(h => !names.Contains(h.Key)).Select(h =>
            $"There is no client key '{h.Key}' on {keys.Overlay}, which the configuration uses for {string.Join(", ", h)}. Make it with 'klyntar-overlay keys auth new {h.Key}', or correct the name."));
    }
}
