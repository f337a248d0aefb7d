using System.Text;
using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>Different isolation keys never share a path.</summary>
    [Fact]
    public async Task Different_isolation_keys_take_different_paths_where_declared()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipUnless(pair.Dialler.Transport.Capabilities.Isolation, "The overlay declares no isolation.");
        ContractHost host = await SharedHostAsync(pair);
        IsolationKey one = IsolationKey.From("contract", "one"u8, "secret"u8);
        IsolationKey two = IsolationKey.From("contract", "two"u8, "secret"u8);
        Dictionary<string, IsolationKey> keys = [];
        foreach (IsolationKey key in (IsolationKey[])[IsolationKey.Shared, one, two, one, IsolationKey.Unique(), IsolationKey.Shared])
        {
            Wire wire = await ConnectAsync(pair, host, isolation: key);
            string? path = await ObservePathAsync(pair.Dialler, wire.Dialled);
            Assert.SkipWhen(path is null, "The test class does not override ObservePathAsync, so isolation cannot be seen.");
            Assert.True(keys.TryAdd(path, key) || keys[path] == key, "Connections with different isolation keys took the same path.");
        }
    }

    /// <summary>New circuits are for dials to come.</summary>
    [Fact]
    public async Task New_circuits_are_for_dials_to_come_and_leave_open_connections_alone()
    {
        // Asked again too soon, a helper program may part dials once more a while later: not those of other tests.
        await using StartedTransport dialler = await StartAsync();
        TransportPair pair = (await PairAsync()) with { Dialler = dialler };
        ContractHost host = await SharedHostAsync(pair);
        IsolationKey key = IsolationKey.Unique();
        Wire before = await ConnectAsync(pair, host, isolation: key);
        string? path = await ObservePathAsync(pair.Dialler, before.Dialled);
        HashSet<string> paths = [];

        // Twice, since a helper program may bear only one at a time.
        for (int i = 0; i < 2; i++)
        {
            NewCircuitsResult result = await Within(pair.Dialler.Transport.NewCircuitsAsync(Stop), "Asking for new circuits");
            Assert.SkipWhen(result.Outcome == NewCircuitsOutcome.NotSupported, "The overlay has no circuits to renew.");
            Assert.True(result.IsDone, $"A transport that is ready renews its circuits, but said: {result}");
            Wire after = await ConnectAsync(pair, host, isolation: key);
            await EchoOnceAsync(after);
            Assert.True(path is null || paths.Add(await ObservePathAsync(pair.Dialler, after.Dialled) ?? ""), "After the wish for new circuits a dial took the same path as one before.");
        }

        Assert.True(path is null || !paths.Contains(path), "After the wish for new circuits a dial took the same path as one before.");
        await EchoOnceAsync(before);
    }

    /// <summary>New circuits of a transport that is not started are an answer, too.</summary>
    [Fact]
    public async Task New_circuits_before_the_start_and_after_the_end_are_answered()
    {
        ITransport transport = CreateTransport();
        Assert.False((await Within(transport.NewCircuitsAsync(Stop), "Asking for new circuits before the start")).IsDone);
        await Within(transport.DisposeAsync(), "Disposing a transport");
        Assert.False((await Within(transport.NewCircuitsAsync(Stop), "Asking for new circuits after the end")).IsDone);
    }

    /// <summary>Logs name no address and no secret, at any level, and a normal run warns of nothing.</summary>
    [Fact]
    public async Task A_normal_run_logs_no_warning_and_never_an_address_or_a_secret()
    {
        await using TransportPair pair = new(await StartAsync(), await StartAsync());
        ContractHost host = await HostAsync(pair, ports: 2);
        Wire wire = await ConnectAsync(pair, host, isolation: IsolationKey.Unique());
        await EchoOnceAsync(wire);
        OverlayEndPoint nowhere = CreateUnpublishedEndPoint(pair.Dialler.Transport);
        await Within(ValueOf(pair.Dialler.Transport.DialAsync(Request(pair.Dialler, nowhere, Limits.Patience / 2), Stop)), "Dialling an address that nobody published");
        wire.Dialled.Abort(new ConnectionAbortedException("The contract aborts."));
        await Within(Wire.ReadToEndAsync(wire.Accepted, Stop), "Ending a connection that was aborted");
        await Within(wire.DisposeAsync(), "Disposing connections");
        await Within(host.DisposeAsync(), "Disposing a service");
        await Within(pair.Dialler.Transport.DisposeAsync(), "Disposing a transport");
        await Within(pair.Publisher.Transport.DisposeAsync(), "Disposing a transport");

        List<string> secrets = [.. host.Service.EndPoints.Select(Label), Label(nowhere)];
        if (pair.Publisher.Transport.Identities is { } identities)
        {
            Identity identity = host.Service.Definition.Identity;
            secrets.AddRange([Convert.ToHexString(identity.Secret), Convert.ToBase64String(identity.Secret)]);
            secrets.AddRange(identities.FormatsOf(identity).Select(format => Encoding.Latin1.GetString(identities.Export(identity, format)).Trim()));
        }

        foreach (StartedTransport started in (StartedTransport[])[pair.Publisher, pair.Dialler])
        {
            foreach (LogLine line in started.Context.Log.Lines)
            {
                string text = line.ToString();
                Assert.True(line.Level < LogLevel.Warning, $"A normal run warns of nothing, but logged: {text}");
                for (int i = 0; i < secrets.Count; i++)
                {
                    Assert.False(text.Contains(secrets[i], StringComparison.OrdinalIgnoreCase), $"A log line of {line.Category} at level {line.Level} holds an address or a secret.");
                }
            }
        }

        static string Label(OverlayEndPoint endPoint) => endPoint.Host[..Math.Max(1, endPoint.Host.LastIndexOf('.'))];
    }
}
