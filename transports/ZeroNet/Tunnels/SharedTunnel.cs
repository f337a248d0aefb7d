using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Nerdbank.Streams;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// One connection between two gateways that carries several streams, as over an overlay a connection takes seconds and a stream no more than a round trip. Each stream is a channel of a
/// <see cref="MultiplexingStream"/> whose name is the virtual port; its first byte, from the service, says whether the visitor is let in.
/// </summary>
internal sealed class SharedTunnel : IAsyncDisposable
{
    /// <summary>How many streams one connection may carry. Each may hold a window of unread bytes.</summary>
    public const int MostStreams = 64;

    // The version in which a channel's two directions end apart from each other and windows are kept.
    private const int MuxVersion = 3;
    private const long MostGrowth = 1024 * 1024;

    private readonly MultiplexingStream _streams;
    private int _open;
    private volatile bool _isRetired;

    private SharedTunnel(MultiplexingStream streams) => _streams = streams;

    private enum Verdict : byte
    {
        Welcome = 0,
        NoSuchPort = 1,
        Busy = 2,
    }

    /// <summary>Completed when the connection is of no more use.</summary>
    public Task Ended => _streams.Completion;

    /// <summary>How many streams are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Begins to carry streams, as the gateway that dialled.</summary>
    public static SharedTunnel Over(Stream stream) => new(MultiplexingStream.Create(stream, Options()));

    /// <summary>Carries streams, as the gateway that was dialled, until the connection ends or is cancelled.</summary>
    public static async Task ServeAsync(Stream stream, ITunnelService service, ZeroNetAddress visitor, CancellationToken cancellationToken)
    {
        MultiplexingStream.Options options = Options();
        options.StartSuspended = true;
        await using var tunnel = new SharedTunnel(MultiplexingStream.Create(stream, options));
        tunnel._streams.ChannelOffered += (_, offer) => tunnel.OnOffered(offer, service, visitor);
        tunnel._streams.StartListening();
        await tunnel.Ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Opens a stream.</summary>
    /// <param name="port">The virtual port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream; null with the refusal, in the words of <see cref="TunnelRefusal"/>.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async Task<(TunnelConnection? Connection, string? Refusal)> OpenAsync(int port, CancellationToken cancellationToken)
    {
        if (!TryCount())
        {
            return (null, TunnelRefusal.Busy);
        }

        MultiplexingStream.Channel? channel = null;
        TunnelConnection? connection = null;
        try
        {
            channel = await _streams.OfferChannelAsync(port.ToString(CultureInfo.InvariantCulture), cancellationToken);
            ReadResult first = await channel.Input.ReadAtLeastAsync(1, cancellationToken);
            if (first.Buffer.IsEmpty)
            {
                throw new IOException("The stream ended before the service had answered.");
            }

            var verdict = (Verdict)first.Buffer.FirstSpan[0];
            channel.Input.AdvanceTo(first.Buffer.GetPosition(1));
            if (verdict != Verdict.Welcome)
            {
                return (null, verdict == Verdict.NoSuchPort ? TunnelRefusal.NoSuchPort : TunnelRefusal.Busy);
            }

            connection = new TunnelConnection(new SharedStream(channel));
            Uncount(connection);
            return (connection, null);
        }
        catch (Exception e) when (e is ObjectDisposedException or MultiplexingProtocolException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A channel that is refused, or whose connection ends, is cancelled.
            throw new IOException("The connection between the gateways has ended.", e);
        }
        finally
        {
            if (connection is null)
            {
                channel?.Dispose();
                Leave();
            }
        }
    }

    /// <summary>Has the connection end with its last stream.</summary>
    public void Retire()
    {
        _isRetired = true;
        if (Open == 0)
        {
            _ = DisposeAsync().AsTask();
        }
    }

    /// <summary>Ends the connection and all its streams.</summary>
    public ValueTask DisposeAsync() => _streams.DisposeAsync();

    private static MultiplexingStream.Options Options() => new()
    {
        ProtocolMajorVersion = MuxVersion,
        MaxTotalChannelReceivingWindowSize = MostGrowth,

        // A stream that breaks has not ended in good order.
        FaultOpenChannelsOnStreamDisposal = true,
        TraceSource = new TraceSource(nameof(SharedTunnel), SourceLevels.Off),
    };

    private void OnOffered(MultiplexingStream.ChannelOfferEventArgs offer, ITunnelService service, ZeroNetAddress visitor)
    {
        if (!TryCount())
        {
            _streams.RejectChannel(offer.QualifiedId.Id);
            return;
        }

        MultiplexingStream.Channel channel = _streams.AcceptChannel(offer.QualifiedId.Id);
        _ = GreetAsync(channel, offer.Name, service, visitor);
    }

    private async Task GreetAsync(MultiplexingStream.Channel channel, string name, ITunnelService service, ZeroNetAddress visitor)
    {
        bool isPort = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && service.HasPort(port);
        Verdict verdict = !isPort ? Verdict.NoSuchPort : service.TryTakePlace() ? Verdict.Welcome : Verdict.Busy;
        try
        {
            channel.Output.GetSpan(1)[0] = (byte)verdict;
            channel.Output.Advance(1);
            await channel.Output.FlushAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection ended meanwhile; whoever reads the stream finds out.
        }

        if (verdict == Verdict.Welcome)
        {
            var connection = new TunnelConnection(new SharedStream(channel));
            Uncount(connection);
            service.LetIn(connection, port, visitor);
            return;
        }

        await channel.Output.CompleteAsync();
        await channel.Input.CompleteAsync();
        Leave();
    }

    private bool TryCount()
    {
        if (Interlocked.Increment(ref _open) <= MostStreams)
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    private void Uncount(TunnelConnection connection) =>
        connection.Over.ContinueWith(static (_, tunnel) => ((SharedTunnel)tunnel!).Leave(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _isRetired)
        {
            _ = DisposeAsync().AsTask();
        }
    }
}
