using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
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

    // A window is what a stream may have unread; it grows for whoever reads fast over a long way. No stream gets more than the largest, whatever the other side sends.
    private const long Window = 128 * 1024;
    private const long LargestWindow = 512 * 1024;
    private const long MostGrowth = 1024 * 1024;

    // Streams that one side has done with and the other has not.
    private const int MostOffered = 2 * MostStreams;

    // How long the other side may take to end a connection that this side has ended.
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(10);

    private readonly SharedTunnelGuard _guard;
    private readonly MultiplexingStream _streams;
    private readonly TimeProvider _clock;
    private int _open;
    private volatile bool _isRetired;
    private int _isClosing;

    private SharedTunnel(PeerStream stream, int mostOffered, bool startsSuspended, TimeProvider clock)
    {
        _clock = clock;
        _guard = new SharedTunnelGuard(stream, mostOffered, clock);
        _streams = MultiplexingStream.Create(_guard, Options(startsSuspended));
    }

    private enum Verdict : byte
    {
        Welcome = 0,
        NoSuchPort = 1,
        Busy = 2,
        NoSuchService = 3,
    }

    /// <summary>Completed when the connection is of no more use.</summary>
    public Task Ended => _streams.Completion;

    /// <summary>How many streams are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Begins to carry streams, as the gateway that dialled.</summary>
    /// <param name="stream">The connection, which is owned.</param>
    /// <param name="clock">The clock.</param>
    public static SharedTunnel Over(PeerStream stream, TimeProvider clock) => new(stream, mostOffered: 0, startsSuspended: false, clock);

    /// <summary>Carries streams, as the gateway that was dialled, until the connection ends or is cancelled.</summary>
    /// <param name="stream">The connection, which is owned.</param>
    /// <param name="service">Who is visited, asked for each stream: a service may end and come back while the connection goes on. Null where there is none now.</param>
    /// <param name="visitor">Who visits.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public static async Task ServeAsync(PeerStream stream, Func<ITunnelService?> service, ZeroNetAddress visitor, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var tunnel = new SharedTunnel(stream, MostOffered, startsSuspended: true, clock);
        tunnel._streams.ChannelOffered += (_, offer) => tunnel.OnOffered(offer, service(), visitor);
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
            if (Volatile.Read(ref _isClosing) != 0)
            {
                throw new IOException("The connection between the gateways is being closed.");
            }

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
                return (null, verdict switch
                {
                    Verdict.NoSuchPort => TunnelRefusal.NoSuchPort,
                    Verdict.NoSuchService => TunnelRefusal.UnknownSite,
                    _ => TunnelRefusal.Busy,
                });
            }

            connection = Carry(channel);
            return (connection, null);
        }
        catch (Exception e) when (e is ObjectDisposedException or MultiplexingProtocolException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A channel whose connection ends is cancelled. None is rejected: the gateway says in its first byte why it gives none.
            throw new IOException("The connection between the gateways has ended.", e);
        }
        finally
        {
            if (connection is null)
            {
                channel?.Dispose();
                _ = LeaveAfterAsync(Task.CompletedTask, channel is null ? Task.CompletedTask : _guard.StateOf(channel.QualifiedId).Gone);
            }
        }
    }

    /// <summary>Has the connection end with its last stream.</summary>
    public void Retire()
    {
        _isRetired = true;
        CloseIfUnused();
    }

    /// <summary>Ends the connection and all its streams.</summary>
    public ValueTask DisposeAsync() => _streams.DisposeAsync();

    private static MultiplexingStream.Options Options(bool startsSuspended) => new()
    {
        StartSuspended = startsSuspended,
        ProtocolMajorVersion = MuxVersion,
        DefaultChannelReceivingWindowSize = Window,
        MaxChannelReceivingWindowSize = LargestWindow,
        MaxTotalChannelReceivingWindowSize = MostGrowth,
        FaultOpenChannelsOnStreamDisposal = true,
        TraceSource = new TraceSource(nameof(SharedTunnel), SourceLevels.Off),
    };

    private void OnOffered(MultiplexingStream.ChannelOfferEventArgs offer, ITunnelService? service, ZeroNetAddress visitor) =>
        _ = GreetAsync(_streams.AcceptChannel(offer.QualifiedId.Id), TryCount(), offer.Name, service, visitor);

    private async Task GreetAsync(MultiplexingStream.Channel channel, bool isCounted, string name, ITunnelService? service, ZeroNetAddress visitor)
    {
        bool isNumber = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int port);
        Verdict verdict = service is null ? Verdict.NoSuchService
            : !isNumber || !service.HasPort(port) ? Verdict.NoSuchPort
            : isCounted && service.TryTakePlace() ? Verdict.Welcome : Verdict.Busy;
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
            service!.LetIn(Carry(channel), port, visitor);
            return;
        }

        await channel.Output.CompleteAsync();
        await channel.Input.CompleteAsync();
        if (isCounted)
        {
            Leave();
        }
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

    // A stream counts until both sides have done with it: what was sent last may still be on its way when whoever had it has gone.
    private TunnelConnection Carry(MultiplexingStream.Channel channel)
    {
        SharedStreamState state = _guard.StateOf(channel.QualifiedId);
        var connection = new TunnelConnection(new SharedStream(channel, state));
        _ = LeaveAfterAsync(connection.Over, state.Gone);
        return connection;
    }

    private async Task LeaveAfterAsync(Task over, Task gone)
    {
        await over;
        await Task.WhenAny(gone, Ended);
        Leave();
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _open);
        if (_isRetired)
        {
            CloseIfUnused();
        }
    }

    private void CloseIfUnused()
    {
        if (Open == 0 && Interlocked.Exchange(ref _isClosing, 1) == 0)
        {
            _ = CloseAsync();
        }
    }

    // Closed at once the connection would be reset, and what the other side had not read yet be lost.
    private async Task CloseAsync()
    {
        try
        {
            await _guard.EndAsync().AsTask().WaitAsync(CloseTime, _clock);
            await Ended.WaitAsync(CloseTime, _clock);
        }
        catch (Exception e) when (e is TimeoutException or IOException or ObjectDisposedException or MultiplexingProtocolException)
        {
            // It is of no use in any case.
        }

        await DisposeAsync();
    }
}
