using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Knows which servers can be used: by the dials through them, and where one cannot, by trying it again and again.</summary>
internal sealed partial class UpstreamWatch
{
    /// <summary>How long one that is away is left alone.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection to a server, mostly on this machine, may take.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SocksUpstream[] _upstreams;
    private readonly StatusSource<TransportStatus> _status;
    private readonly SocketEngine _engine;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<SocksUpstream, UpstreamFault> _faults = [];
    private readonly Channel<bool> _failed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _isAsked;

    public UpstreamWatch(SocksUpstream[] upstreams, StatusSource<TransportStatus> status, SocketEngine engine, TimeProvider clock, ILogger logger)
    {
        (_upstreams, _status, _engine, _clock, _logger) = (upstreams, status, engine, clock, logger);
        foreach (SocksUpstream upstream in upstreams)
        {
            upstream.OnUsed = Note;
        }
    }

    /// <summary>Asks all servers whether they are there, then those that are not, until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ProbeAsync(_upstreams, cancellationToken);
            lock (_gate)
            {
                _isAsked = true;
                Tell();
            }

            while (true)
            {
                SocksUpstream[] away;
                lock (_gate)
                {
                    away = [.. _upstreams.Where(u => _faults.TryGetValue(u, out UpstreamFault? fault) && !fault.IsThere)];
                }

                if (away.Length == 0)
                {
                    await _failed.Reader.ReadAsync(cancellationToken);
                    continue;
                }

                await Task.Delay(Pause, _clock, cancellationToken);
                await ProbeAsync(away, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The transport ends.
        }
    }

    private Task ProbeAsync(IEnumerable<SocksUpstream> upstreams, CancellationToken cancellationToken) => Task.WhenAll(upstreams.Select(async upstream =>
    {
        using CancellationTokenSource patience = Deadline.After(Patience, _clock).CreateLinkedSource(cancellationToken);
        try
        {
            await upstream.ProbeAsync(_engine, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Note(upstream, new UpstreamFault($"does not answer within {Patience.TotalSeconds:0} s. Start it, or correct \"server\".", IsThere: false));
        }
    }));

    private void Note(SocksUpstream upstream, UpstreamFault? fault)
    {
        lock (_gate)
        {
            _faults.TryGetValue(upstream, out UpstreamFault? before);
            if (fault == before)
            {
                return;
            }

            if (fault is null)
            {
                _faults.Remove(upstream);
            }
            else
            {
                _faults[upstream] = fault;
                LogFault(_logger, upstream.Name, fault.Why);
                _failed.Writer.TryWrite(true);
            }

            Tell();
        }
    }

    private void Tell()
    {
        if (_isAsked)
        {
            _status.Set(_faults.Count == 0
                ? TransportStatus.Ready
                : new TransportStatus.Degraded(string.Join(' ', _faults.Select(f => $"The SOCKS server of the upstream {f.Key.Name} {f.Value.Why}"))));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The SOCKS server of the upstream {Upstream} {Why}")]
    private static partial void LogFault(ILogger logger, string upstream, string why);
}
