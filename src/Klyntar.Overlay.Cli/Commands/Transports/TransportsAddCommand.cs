using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports add</c>: copies a plugin to where the gateway finds it.</summary>
internal static class TransportsAddCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("FOLDER") { Description = "The folder with the plugin's files, as 'dotnet publish' writes it." };
        Option<bool> replace = new("--replace") { Description = "Replace a plugin of the same name." };
        Option<string?> config = CommonOptions.Configuration();
        var command = new Command("add", "Add a plugin: check it, and copy it into the plugin folder. It runs in the gateway, with all the gateway's rights: add only what you trust.") { folder, replace, config };
        command.SetAction(parse =>
        {
            PluginOptions plugins = CommonOptions.Plugins(parse.GetValue(config));
            Terminal.Claim();
            Plugin added = PluginInstaller.Install(parse.GetValue(folder)!, plugins.FullPath, parse.GetValue(replace));
            Terminal.Out.WriteLine($"{added.Name} {added.Version.ToString(3)} is in {added.Folder}.");
            Terminal.Error.WriteLine($$"""
                It runs where the configuration names it:   "transports": { "{{added.Name}}": {} }
                To have other contents than these refused:  "plugins": { "pinned": { "{{added.Name}}": "{{added.Sha256}}" } }
                'klyntar-overlay transports info {{added.Name}}' shows its options.
                """);
            if (parse.GetValue(replace))
            {
                Terminal.Error.WriteLine("A gateway that runs goes on with what it has loaded: restart it.");
            }
        });
        return command;
    }
}
