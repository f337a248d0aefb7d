using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys new</c>: makes an identity.</summary>
internal static class KeysNewCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysCommand.Name();
        Option<string> on = KeysCommand.On();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("new", "Make an identity, and print its address.") { name, on, dataFolder };
        command.SetAction(parse =>
        {
            IdentityCatalog identities = IdentityCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            Terminal.Out.WriteLine(identities.Keep(parse.GetValue(name)!, identities.Format.Create()));
        });
        return command;
    }
}
