using System.Globalization;
using System.Net.Sockets;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Traffic over all routes, whose every byte is checked. Connections may break at any time, as tor may; wrong bytes and a connection that hangs are failures.</summary>
internal sealed class SoakTraffic(IReadOnlyList<SoakRoute> routes, int seed, SoakFigures figures)
{
    // One in so many is large.
    private const int Large = 25;
    private const int MostRounds = 12;
    private const int MostLittle = 600;
    private const int MostLarge = 400_000;

    // More than a tor that hangs for ever takes to be replaced, with the wait for its follower: whatever takes longer would never end.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(150);

    /// <summary>Goes on until cancelled.</summary>
    /// <exception cref="SoakFailedException">Bytes were wrong, or a connection hung.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] all = [.. routes.Select((route, i) => RunAsync(route, new Random(seed + i), stop.Token))];
        await Task.WhenAny(all);
        await stop.CancelAsync();
        await Task.WhenAll(all);
    }

    /// <summary>Has some bytes echoed, once.</summary>
    /// <returns>Whether the dial connected and the node answered.</returns>
    public static async Task<bool> TryEchoAsync(SoakRoute route, Task<(Socket? Socket, byte Reply)> dial, CancellationToken cancellationToken)
    {
        try
        {
            using Socket? socket = (await dial).Socket;
            if (socket is null)
            {
                return false;
            }

            await EchoAsync(socket, route, "all is well"u8.ToArray(), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static async Task EchoAsync(Socket socket, SoakRoute route, byte[] sent, CancellationToken cancellationToken)
    {
        Task sending = socket.SendAllAsync(sent, cancellationToken);
        byte[] received;
        try
        {
            received = await socket.ReceiveExactlyAsync(sent.Length, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await sending;
        byte[] expected = route.Node.Answer(sent);
        int right = received.AsSpan().CommonPrefixLength(expected);
        if (right < received.Length)
        {
            throw new SoakFailedException($"Wrong bytes over {route.Name}: byte {right} of {received.Length} is {received[right]:x2} and not {expected[right]:x2}.");
        }
    }

    private async Task RunAsync(SoakRoute route, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Longest);
            try
            {
                await ConnectAsync(route, random, limit.Token);
                await Task.Delay(random.NextDouble() * LongestRest, limit.Token);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                figures.OnBroken();
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new SoakFailedException($"A connection over {route.Name} hung for {Longest.TotalMinutes.ToString(CultureInfo.InvariantCulture)} min.");
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ConnectAsync(SoakRoute route, Random random, CancellationToken cancellationToken)
    {
        string? user = random.Next(4) is var number and > 0 ? number.ToString(CultureInfo.InvariantCulture) : null;
        (Socket? socket, byte reply) = await route.DialAsync(user, cancellationToken);
        if (socket is null)
        {
            figures.OnRefused(reply);
            return;
        }

        using (socket)
        {
            figures.OnConnected();
            for (int rounds = random.Next(1, MostRounds); rounds > 0; rounds--)
            {
                byte[] sent = new byte[random.Next(1, random.Next(Large) == 0 ? MostLarge : MostLittle)];
                random.NextBytes(sent);
                await EchoAsync(socket, route, sent, cancellationToken);
                figures.OnEcho(route.Name, sent.Length);
                await Task.Delay(random.NextDouble() * LongestRest, cancellationToken);
            }
        }
    }
}
