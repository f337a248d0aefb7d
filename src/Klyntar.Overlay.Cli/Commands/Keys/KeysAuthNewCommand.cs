using System.CommandLine;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys auth new</c>: makes a client key.</summary>
internal static class KeysAuthNewCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysAuthCommand.Name();
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("new", "Make a client key, and print its public part, which the service's operator needs.") { name, on, dataFolder };
        command.SetAction(parse =>
        {
            ClientKeyCatalog keys = ClientKeyCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            string kept = parse.GetValue(name)!;
            ClientKey key = keys.Format.Create();
            keys.Keep(kept, key);
            Terminal.Out.WriteLine(key.PublicPart);
            KeysAuthCommand.TellNext(kept, keys.Overlay, host: null);
        });
        return command;
    }
}
