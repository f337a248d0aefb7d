using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys auth</c>: the keys by which services that admit only whom they know, know this gateway.</summary>
internal static class KeysAuthCommand
{
    public static Command Create() => new("auth", "List, make, import and export client keys: services that admit only whom they know, know you by them.")
    {
        KeysAuthListCommand.Create(),
        KeysAuthNewCommand.Create(),
        KeysAuthImportCommand.Create(),
        KeysAuthExportCommand.Create(),
    };

    internal static Argument<string> Name() => new("NAME") { Description = "The client key's name, by which the configuration uses it." };

    /// <summary>What to do with a key that is new here. Not for standard output, which a script may read.</summary>
    internal static void TellNext(string name, string overlay, string? host)
    {
        Terminal.Error.WriteLine("The line above is the public part. Give it to the service's operator; it is no secret.");
        Terminal.Error.WriteLine($$"""Then say which service the key is for, in the configuration: "transports": { "{{overlay}}": { "clientAuth": { "{{host ?? "the service's address"}}": "{{name}}" } } }""");
    }
}
