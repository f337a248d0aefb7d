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
        if (dataFolder is not null || await AnswersAsync(client, cancellationToken))
        {
            return client;
        }

        // Where neither runs, the message about the gateway is the one that helps.
        var sandbox = new GatewayClient(SandboxCommand.DataFolder);
        return await AnswersAsync(sandbox, cancellationToken) ? sandbox : client;
    }

    private static async Task<bool> AnswersAsync(GatewayClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetStatusAsync(cancellationToken);
            return true;
        }
        catch (OverlayException)
        {
            return false;
        }
    }
}
