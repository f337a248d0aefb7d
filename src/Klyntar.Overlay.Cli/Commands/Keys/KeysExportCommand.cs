using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys export</c>: writes an identity to a file.</summary>
internal static class KeysExportCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysCommand.Name();
        Argument<string> file = new("FILE") { Description = "Where to write the key, readable by you alone. A file that exists is never overwritten." };
        Option<string?> formatName = new("--format") { Description = "The form to write. Default: the overlay's own, for tor that of a file hs_ed25519_secret_key, for i2p that of a file of i2pd's tunnels, for zeronet a private key (WIF), or SEED:INDEX for a key that was imported so, of which wif writes the one key alone; sam is i2p's in base64", HelpName = "FORMAT" };
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("export", "Write an identity to a file, as a backup or for another program.") { name, file, formatName, on, dataFolder };
        command.SetAction(parse =>
        {
            IdentityCatalog identities = IdentityCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            IIdentityFormat format = identities.Format;
            string? form = parse.GetValue(formatName);
            if (form is not null && !format.Formats.Contains(form))
            {
                throw new OverlayException($"{identities.Overlay} knows no key format '{form}'. Use one of: {string.Join(", ", format.Formats)}.");
            }

            string kept = parse.GetValue(name)!;
            Identity identity = identities.Existing(kept);
            ImmutableArray<string> forms = format.FormatsOf(identity);
            form ??= forms[0];
            if (!forms.Contains(form))
            {
                throw new OverlayException($"The key of {kept} cannot be written as {form}: it was neither made nor imported as one. Use one of: {string.Join(", ", forms)}.");
            }

            string path = parse.GetValue(file)!;
            byte[] secret = format.Export(identity, form);
            KeyFile.Write(path, secret);
            CryptographicOperations.ZeroMemory(secret);
            Terminal.Out.WriteLine($"{path} holds the key of {kept}. Whoever has that file has its address: keep it as safe as a password.");
        });
        return command;
    }
}
