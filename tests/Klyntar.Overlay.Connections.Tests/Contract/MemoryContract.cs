using System.IO.Pipelines;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What idle connections of an engine hold. Derived classes run alone.</summary>
public abstract class MemoryContract
{
    private const int Count = 400;

    // System.Net.Sockets keeps the array of a socket's last send until the next; the far ends here share one.
    private static readonly byte[] Sent = new byte[20_000];

    protected abstract SocketEngine Engine { get; }

    /// <summary>What one idle relay may hold, with four sockets of which a proxy has two. One buffer would be 16 384 alone.</summary>
    protected abstract long MostPerRelay { get; }

    /// <summary>The same of a connection whose pipe is read, with two sockets.</summary>
    protected abstract long MostPerConnection { get; }

    [Fact]
    public async Task An_idle_relay_that_has_carried_bytes_holds_no_buffer()
    {
        await using MemoryMeter meter = new();
        RelayOptions options = new() { SecondHalfCloses = false };
        await meter.MeasureAsync(async () => meter.Keep(await RelayRig.StartAsync(Engine, SocketKind.Tcp, RelayPath.Fast, options, async (client, target) =>
        {
            await client.SendAsync(Sent);
            await target.SendAsync(Sent);
        })), Count);
        meter.BytesEach.Should().BeLessThan(MostPerRelay);
    }

    [Fact]
    public async Task An_idle_connection_whose_pipe_is_read_holds_no_buffer()
    {
        await using MemoryMeter meter = new();
        await meter.MeasureAsync(async () =>
        {
            SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
            SocketConnection connection = new(pair.Accepted);
            await pair.Connected.SendAsync(Sent);
            for (int read = 0; read < 20_000;)
            {
                ReadResult result = await connection.Transport.Input.ReadAsync().Within();
                read += (int)result.Buffer.Length;
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
            }

            await connection.Transport.Output.WriteAsync(Sent);
            meter.Keep(pair);
            meter.Keep(connection);
            meter.Keep(connection.Transport.Input.ReadAsync().AsTask());
        }, Count);
        meter.BytesEach.Should().BeLessThan(MostPerConnection);
    }

    private sealed class MemoryMeter : IAsyncDisposable
    {
        private readonly List<object> _kept = [];

        public long BytesEach { get; private set; }

        public void Keep(object thing) => _kept.Add(thing);

        public async Task MeasureAsync(Func<Task> make, int count)
        {
            for (int i = 0; i < 20; i++)
            {
                await make();
            }

            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int i = 0; i < count; i++)
            {
                await make();
            }

            BytesEach = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
            TestContext.Current.TestOutputHelper?.WriteLine($"{BytesEach} bytes each");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (object kept in _kept)
            {
                switch (kept)
                {
                    case Task task:
                        await task.ContinueWith(static _ => { }, TaskScheduler.Default);
                        break;
                    case IAsyncDisposable disposable:
                        await disposable.DisposeAsync();
                        break;
                    case IDisposable disposable:
                        disposable.Dispose();
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
