using System.CommandLine;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys auth import</c>: keeps a client key that was made elsewhere, or tells an operator what to do with a public part.</summary>
internal static class KeysAuthImportCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysAuthCommand.Name();
        Argument<string> file = new("FILE") { Description = "The key: for tor a client's file .auth_private, or 52 letters and digits alone, as OnionShare shows them. A service's file .auth is turned into a line of the configuration." };
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("import", "Keep a client key that was made elsewhere, and print its public part.") { name, file, on, dataFolder };
        command.SetAction(parse =>
        {
            ClientKeyCatalog keys = ClientKeyCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            string path = parse.GetValue(file)!;
            string kept = parse.GetValue(name)!;
            byte[] secret = KeyFile.Read(path);
            ClientKeyImport import = keys.Format.Import(secret);
            CryptographicOperations.ZeroMemory(secret);
            if (import.IsValid)
            {
                keys.Keep(kept, import.Key);
                Terminal.Out.WriteLine(import.Key.PublicPart);
                KeysAuthCommand.TellNext(kept, keys.Overlay, import.Host);
            }
            else if (import.PublicPart is { } publicPart)
            {
                Terminal.Out.WriteLine($"\"{kept}\": \"{publicPart}\"");
                Terminal.Error.WriteLine($"{import.Why} The line above is for that. Nothing was kept.");
            }
            else
            {
                throw new OverlayException($"{path} is no client key of {keys.Overlay}. {import.Why}");
            }
        });
        return command;
    }
}
