using System.CommandLine;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys import</c>: keeps an identity that was made elsewhere.</summary>
internal static class KeysImportCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysCommand.Name();
        Argument<string> file = new("FILE") { Description = "The key: for tor a file hs_ed25519_secret_key, or a text ED25519-V3:…; for i2p a file of i2pd's tunnels, or the same in base64 as SAM writes it; for zeronet a private key (WIF), or SEED:INDEX with ZeroNet's master seed, which then is kept: it makes the keys of all its owner's sites." };
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("import", "Keep an identity that was made elsewhere, and print its address.") { name, file, on, dataFolder };
        command.SetAction(parse =>
        {
            IdentityCatalog identities = IdentityCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            string path = parse.GetValue(file)!;
            byte[] secret = KeyFile.Read(path);
            IdentityImport import = identities.Format.Import(secret);
            CryptographicOperations.ZeroMemory(secret);
            if (!import.IsValid)
            {
                throw new OverlayException($"{path} is no identity of {identities.Overlay}. {import.Why}");
            }

            Terminal.Out.WriteLine(identities.Keep(parse.GetValue(name)!, import.Identity));
        });
        return command;
    }
}
