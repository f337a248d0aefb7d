using Klyntar.Overlay.Cli;
using Klyntar.Overlay.Gateway;

if (args is [UpCommand.Name, ..])
{
    // Beside the command line, which takes as long: both are little work, and much to compile.
    _ = Task.Run(GatewayConfiguration.Prepare);
}

return await Klyntar.Overlay.Cli.Cli.RunAsync(args);
