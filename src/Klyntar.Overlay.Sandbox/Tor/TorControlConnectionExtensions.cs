using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Sandbox;

/// <summary>What the sandbox asks of a control connection beside what the transport does.</summary>
internal static class TorControlConnectionExtensions
{
    /// <summary>Asks for one value; null where tor has none yet.</summary>
    public static async Task<string?> TryGetInfoAsync(this TorControlConnection control, string key, CancellationToken cancellationToken) =>
        KeyValueReply.TryParse(await control.SendAsync(ControlCommand.GetInfo(key), cancellationToken))?[key];
}
