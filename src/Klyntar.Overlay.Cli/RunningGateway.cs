using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Finds the gateway that <c>status</c> and <c>dial</c> speak to.</summary>
internal static class RunningGateway
{
    /// <summary>The gateway in a folder; without one, that of the default folder, else the sandbox's.</summary>
    /// <exception cref="OverlayException">None runs.</exception>
    public static async Task<GatewayClient> FindAsync(string? dataFolder, CancellationToken cancellationToken)
    {
        var client = new GatewayClient(dataFolder);
        if (dataFolder is not null)
        {
            return client;
        }

        try
        {
            await client.GetStatusAsync(cancellationToken);
            return client;
        }
        catch (OverlayException) when (Directory.Exists(SandboxCommand.DataFolder))
        {
            var sandbox = new GatewayClient(SandboxCommand.DataFolder);
            try
            {
                await sandbox.GetStatusAsync(cancellationToken);
                return sandbox;
            }
            catch (OverlayException)
            {
                // Neither runs: the message about the gateway is the one that helps.
                return client;
            }
        }
    }
}
