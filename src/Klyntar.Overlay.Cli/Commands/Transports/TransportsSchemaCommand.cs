using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports schema</c>: the configuration's JSON schema with the plugins' options, for editors.</summary>
internal static class TransportsSchemaCommand
{
    public static Command Create()
    {
        Option<string?> config = CommonOptions.Configuration();
        var command = new Command("schema", "Write the JSON schema of overlay.json with the options of the plugins that are there, for an editor.") { config };
        command.SetAction(parse => Terminal.Out.Write(GatewaySchema.Generate(CommonOptions.Catalog(parse.GetValue(config)))));
        return command;
    }
}
