using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What tor offers to services against a rush of visitors, seen from a bare tor client.</summary>
public sealed class DefencesTests(PrivateTor network)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Limits_of_streams_and_proof_of_work_are_in_effect_and_visitors_still_come()
    {
        using var target = new Target();
        var options = new Dictionary<string, TorServiceOptions>
        {
            ["patient"] = new() { MaxStreams = 2 },
            ["strict"] = new() { MaxStreams = 2, MaxStreamsCloseCircuit = true },
            ["puzzled"] = new() { ProofOfWork = true, ProofOfWorkQueueRate = 10, ProofOfWorkQueueBurst = 10 },
        };
        await using TestGateway server = await TestGateway.StartAsync(
            network.Torrc,
            network.Programs,
            options.ToDictionary(o => o.Key, IReadOnlyDictionary<int, EndPoint> (_) => new Dictionary<int, EndPoint> { [7] = target.EndPoint }),
            configure: o => o with
            {
                Services = o.Services.ToDictionary(s => s.Key, s => s.Value with { Options = new Dictionary<string, object> { ["tor"] = options[s.Key] } }),
            },
            cancellationToken: Cancelled);

        await UseAsync(server.Onion("puzzled"), target, streams: 3, (_, _) => Task.CompletedTask);
        server.Status.Current.Services.Single(s => s.Name == "puzzled").Notes.Should().BeEmpty("this tor has proof of work");

        await UseAsync(server.Onion("patient"), target, streams: 2, async (onion, open) =>
        {
            (Socket? third, byte reply) = await network.Client.TryDialAsync(onion, 7, onion[..8], Cancelled);
            third.Should().BeNull();
            reply.Should().Be(5);
            await open[0].SendAllAsync("still here"u8.ToArray(), Cancelled);
        });

        await UseAsync(server.Onion("strict"), target, streams: 2, async (onion, open) =>
        {
            (Socket? third, _) = await network.Client.TryDialAsync(onion, 7, onion[..8], Cancelled);
            third.Should().BeNull();
            foreach (Socket socket in open)
            {
                (await EndsAsync(socket)).Should().BeTrue();
            }
        });
    }

    /// <summary>Opens streams on one circuit, and closes them after the check.</summary>
    private async Task UseAsync(string onion, Target target, int streams, Func<string, IReadOnlyList<Socket>, Task> check)
    {
        var open = new List<Socket>();
        var accepted = new List<Socket>();
        try
        {
            while (open.Count < streams)
            {
                (Socket? socket, byte reply) = await network.Client.TryDialAsync(onion, 7, onion[..8], Cancelled);
                if (socket is not null)
                {
                    open.Add(socket);
                    accepted.Add(await target.AcceptAsync(Cancelled));
                }
                else
                {
                    // The observer may ask a directory that has not got the descriptor yet.
                    reply.Should().Be(4);
                }
            }

            await check(onion, open);
        }
        finally
        {
            open.ForEach(s => s.Dispose());
            accepted.ForEach(s => s.Dispose());
        }
    }

    private static async Task<bool> EndsAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Cancelled) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
