using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>plugin install</c>: copies the plugin into a KLYNTAR core's folder, and checks that it can work there.</summary>
internal static class PluginInstallCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("FOLDER") { Description = "The KLYNTAR core's folder, which has klyntar_core.js, or klyn74r.js, in it." };
        var command = new Command("install", "Copy the plugin into a KLYNTAR core's folder, or renew it there, and check that it can work. The core's own files and configuration are not changed.") { folder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var core = KlyntarCoreFolder.Find(parse.GetValue(folder)!);
            string version = await NodeProgram.CheckAsync(cancellationToken);
            core.CheckLibraries();
            PluginFiles.WriteTo(core.Plugin, LastingPath.Of(Environment.ProcessPath));
            await NodeProgram.LoadAsync(Path.Combine(core.Plugin, PluginFiles.Hook), cancellationToken);
            await Terminal.Out.WriteLineAsync($"""
                The plugin is in {core.Plugin}, for {core.MainFile} with Node.js {version}. Each daemon that shall use it names it in its own $SYMBIOTE_DIR/CONFIGS:

                  "NODE_LEVEL": {"{"} …, "PLUGINS": ["{KlyntarCoreFolder.Entry}"] {"}"}

                So that names work from the daemon's first moment on, and not only once plugins are loaded, start it with

                  NODE_OPTIONS=--import={new Uri(Path.Combine(core.Plugin, PluginFiles.Hook)).AbsoluteUri}
                """.ReplaceLineEndings(Environment.NewLine));
            return 0;
        });
        return command;
    }
}
