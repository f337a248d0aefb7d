using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>tor</c>: what only the Tor transport needs.</summary>
internal static class TorCommand
{
    public static Command Create() => new("tor", "What the Tor transport needs beside the gateway.")
    {
        TorFilterCommand.Create(),
    };
}
