using System.CommandLine;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys list</c>: one line an identity, with the address last. An identity that cannot be read does not hide the others.</summary>
internal static class KeysListCommand
{
    public static Command Create()
    {
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("list", "Show the identities: overlay, name, address.") { dataFolder };
        command.SetAction(parse =>
        {
            string folder = IdentityCatalog.DataFolder(parse.GetValue(dataFolder));
            var found = new List<(string Overlay, string Name, string Address)>();
            var faults = new List<string>();
            foreach (IdentityCatalog identities in IdentityCatalog.Kept(folder))
            {
                foreach (string name in identities.Names())
                {
                    try
                    {
                        if (identities.Read(name) is Identity identity)
                        {
                            found.Add((identities.Overlay, name, identity.Address));
                        }
                    }
                    catch (OverlayException fault)
                    {
                        faults.Add(fault.Message);
                    }
                }
            }

            int overlayWidth = found.Select(f => f.Overlay.Length).DefaultIfEmpty().Max();
            int nameWidth = found.Select(f => f.Name.Length).DefaultIfEmpty().Max();
            foreach ((string overlay, string name, string address) in found)
            {
                Terminal.Out.WriteLine($"{overlay.PadRight(overlayWidth)}  {name.PadRight(nameWidth)}  {address}");
            }

            faults.ForEach(f => Terminal.Error.WriteLine($"klyntar-overlay: {f}"));
            if (found.Count + faults.Count == 0)
            {
                Terminal.Error.WriteLine($"There are no identities in {folder} yet. 'klyntar-overlay keys new NAME' makes one, and so does 'up' for each service.");
            }

            return faults.Count == 0 ? 0 : Cli.Failed;
        });
        return command;
    }
}
