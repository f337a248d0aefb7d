using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Processes;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A router that somebody else runs, known by its SAM bridge: nothing of its configuration is touched, and it is never ended.</summary>
/// <param name="options">Where it is.</param>
/// <param name="engine">Makes the sockets.</param>
/// <param name="context">What the gateway lends.</param>
internal sealed partial class ExternalRouter(I2POptions options, SocketEngine engine, ITransportContext context) : IRouterSource
{
    private const int MaxPassword = 1_024;

    // Somebody restarts it, and its services are missed; to ask whether it is back costs next to nothing.
    private static readonly RestartBackOff BackOff = new() { Longest = TimeSpan.FromSeconds(4) };

    private readonly ILogger _logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.I2P");
    private string? _self;

    public Task RunAsync(Func<RouterRun, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken)
    {
        var loop = new RestartLoop(BackOff, _logger)
        {
            Clock = context.Clock,
            OnInterrupted = interruption => interrupted(interruption.Why),
        };
        return loop.RunAsync(RunOnceAsync, cancellationToken);

        async Task RunOnceAsync(CancellationToken stop)
        {
            // Read anew for each run: the operator may have corrected it.
            SamCredentials? credentials = Credentials();
            var bridge = new SamBridge(engine, options.Sam!, new SamConnectionOptions { Clock = context.Clock, Credentials = credentials });
            await using SamConnection connection = await bridge.OpenAsync(stop);
            string text = SamAddress.Text(options.Sam!);
            Log.Connected(_logger, text, connection.Version);
            context.Programs.OnReached(new HelperProgram(text, $"external router, SAM {connection.Version}"));

            bool isNew = await HasBegunAnewAsync(connection, stop);
            var run = new RouterRun(options.Sam!, credentials) { OnWorking = loop.OnWorking, SamVersion = connection.Version, IsNew = isNew };
            await BridgeWatch.ServeAsync(connection, context.Clock, ended => serve(run, ended), stop);
        }
    }

    public void Dispose()
    {
    }

    // i2pd makes itself a destination at each start. A bridge that does not tell one leaves it open.
    private async Task<bool> HasBegunAnewAsync(SamConnection connection, CancellationToken cancellationToken)
    {
        (I2PDestination? self, _) = await connection.LookUpAsync(SamConnection.Myself, cancellationToken);
        string? before = _self;
        _self = self?.Host;
        return before is not null && self is not null && before != self.Host;
    }

    private SamCredentials? Credentials()
    {
        if (options.User is not { } user || options.PasswordFile is not { } path)
        {
            return null;
        }

        byte[] bytes = ForeignSecretFile.Read(path, "password file", MaxPassword, out FileOwner? owner);
        if (owner is { } file && file.UserId != CurrentUser.Id && file.UserId != 0)
        {
            throw new OverlayException($"The password file {path} is of the user {file.User}, who could put another password there. Make it your own.");
        }

        int end = bytes.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
        string password = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        return SamCredentials.IsSayable(password)
            ? new SamCredentials(user, password)
            : throw new OverlayException($"The first line of the password file {path} is no password that SAM can say: 1 to 256 characters of ASCII. Write the SAM bridge's password there.");
    }
}
