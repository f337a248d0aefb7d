using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys auth export</c>: writes a client key to a file for another program, or its public part for a service's operator.</summary>
internal static class KeysAuthExportCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysAuthCommand.Name();
        Argument<string> file = new("FILE") { Description = "Where to write it, readable by you alone: for tor NAME.auth_private, or NAME.auth with --public. A file that exists is never overwritten." };
        Option<string?> host = new("--for") { Description = "The address of the service that the key is for: writes the key.", HelpName = "ADDRESS" };
        Option<bool> isPublic = new("--public") { Description = "Write the public part alone, for the service's operator." };
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("export", "Write a client key to a file for another program, or its public part for a service's operator.") { name, file, host, isPublic, on, dataFolder };
        command.Validators.Add(result =>
        {
            if (result.GetValue(host) is not null == result.GetValue(isPublic))
            {
                result.AddError("Say either --for ADDRESS, the service that the key is for, or --public.");
            }
        });
        command.SetAction(parse =>
        {
            ClientKeyCatalog keys = ClientKeyCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            string kept = parse.GetValue(name)!;
            ClientKey key = keys.Read(kept)
                ?? throw new OverlayException($"There is no client key '{kept}' on {keys.Overlay}. 'klyntar-overlay keys auth list' shows those there are.");
            string path = parse.GetValue(file)!;
            if (parse.GetValue(host) is not { } service)
            {
                KeyFile.Write(path, Encoding.UTF8.GetBytes(key.PublicPart + "\n"));
                Terminal.Out.WriteLine($"{path} holds the public part of {kept}, which is no secret.");
                return;
            }

            byte[] secret = keys.Format.Export(key, service);
            KeyFile.Write(path, secret);
            CryptographicOperations.ZeroMemory(secret);
            Terminal.Out.WriteLine($"{path} holds the client key {kept}. Whoever has that file is taken for you: keep it as safe as a password.");
        });
        return command;
    }
}
