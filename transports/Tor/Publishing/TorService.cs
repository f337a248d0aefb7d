using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>An onion service that we keep published, whatever becomes of tor. Its listeners live as long as it does.</summary>
internal sealed partial class TorService : IPublishedService
{
    // Visitors who wait here hold a socket each; the rest wait in the kernel's backlog.
    private const int WaitingVisitors = 64;

    // One upload alone may be to the directory that the visitor does not ask.
    private const int UploadsNeeded = 2;

    // Tor asks 16 directories at most; whoever tells of more is not told of.
    private const int MostFailuresTold = 32;

    private readonly TorPublisher _publisher;
    private readonly ImmutableArray<(int Port, EngineListener Listener)> _doors;
    private readonly ILogger _logger;
    private readonly Channel<Visitor> _visitors = Channel.CreateBounded<Visitor>(new BoundedChannelOptions(WaitingVisitors));
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for tor"));
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private readonly ImmutableArray<string> _wantedNotes;
    private ImmutableArray<string> _notes;
    private bool _toldOfMissingProofOfWork;
    private Task? _closing;
    private int _uploads;
    private int _failures;
    private bool _wasPublished;

    public TorService(TorPublisher publisher, ServiceDefinition definition, OnionAddress address, ImmutableArray<(int Port, EngineListener Listener)> doors, ILogger logger)
    {
        _publisher = publisher;
        _doors = doors;
        _logger = logger;
        Definition = definition;
        Address = address;
        _notes = _wantedNotes = Options.Clients.Count switch
        {
            0 => [],
            1 => ["visitors need a client key, which 1 client has"],
            int count => [$"visitors need a client key, which {count} clients have"],
        };
        EndPoints = [.. definition.Ports.Select(port => new TorEndPoint(address, port))];
        _accepting = Task.WhenAll(doors.Select(door => AcceptAsync(door.Port, door.Listener)));
    }

    public ServiceDefinition Definition { get; }

    public OnionAddress Address { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ImmutableArray<string> Notes => _notes;

    public TorServiceOptions Options => Definition.Options as TorServiceOptions ?? new TorServiceOptions();

    /// <summary>Virtual ports and where tor connects to for each.</summary>
    public IEnumerable<(int Port, EndPoint Target)> Targets => _doors.Select(door => (door.Port, door.Listener.LocalEndPoint));

    public async ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _visitors.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                return visitor;
            }
        }

        return null;
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        // The overlay first: tor must not send visitors to a door that is closed.
        Task withdrawn = _publisher.WithdrawAsync(this);
        try
        {
            await withdrawn.WaitAsync(cancellationToken);
        }
        finally
        {
            await EndAsync(ServiceStatus.Stopped);
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>Tor is about to be asked, in a new session.</summary>
    public void OnPublishing()
    {
        lock (_gate)
        {
            _uploads = 0;
            _failures = 0;
            if (!_wasPublished)
            {
                Set(new ServiceStatus.Publishing("handing the service to tor"));
            }
        }
    }

    /// <summary>Tor has taken the service.</summary>
    /// <param name="lacksProofOfWork">Whether it was taken without the proof of work that was wanted, since this tor has none.</param>
    public void OnTaken(bool lacksProofOfWork = false)
    {
        lock (_gate)
        {
            _notes = lacksProofOfWork ? _wantedNotes.Add("published without proof of work, which this tor does not have") : _wantedNotes;
            if (lacksProofOfWork && !_toldOfMissingProofOfWork)
            {
                _toldOfMissingProofOfWork = true;
                Log.NoProofOfWork(_logger, Definition.Name);
            }

            if (_uploads < UploadsNeeded)
            {
                SetPending("waiting for the descriptor's upload");
            }
        }
    }

    /// <summary>A directory has the descriptor.</summary>
    public void OnUploaded()
    {
        lock (_gate)
        {
            if (++_uploads == UploadsNeeded)
            {
                _wasPublished = true;
                Set(ServiceStatus.Published);
                Log.Published(_logger, Definition.Name);
            }
        }
    }

    /// <summary>Tor has taken the service, and of uploads it will tell nothing.</summary>
    public void OnUploadsUntold()
    {
        OnUploaded();
        OnUploaded();
    }

    /// <summary>A directory did not take the descriptor, which is of interest until others have.</summary>
    public void OnUploadFailed(string reason)
    {
        lock (_gate)
        {
            if (_uploads < UploadsNeeded && _failures < MostFailuresTold)
            {
                _failures++;
                SetPending($"waiting for the descriptor's upload; a directory answered {LogText.Redact(reason)}");
            }
        }
    }

    /// <summary>Tor is gone, or does not take the service for now; both pass.</summary>
    public void OnInterrupted(string why)
    {
        lock (_gate)
        {
            SetPending(why);
        }
    }

    /// <summary>Ends for good.</summary>
    public Task EndAsync(ServiceStatus last)
    {
        lock (_gate)
        {
            return _closing ??= CloseAsync(last);
        }
    }

    private void SetPending(string why) =>
        Set(_wasPublished ? new ServiceStatus.Degraded(why) : new ServiceStatus.Publishing(why));

    // A service whose listener has failed stays failed, whatever tor says of it.
    private void Set(ServiceStatus status)
    {
        if (!_status.Current.IsFinal)
        {
            _status.Set(status);
        }
    }

    private async Task CloseAsync(ServiceStatus last)
    {
        // Off the caller's lock.
        await Task.Yield();
        await _life.CancelAsync();
        foreach ((_, EngineListener listener) in _doors)
        {
            await listener.DisposeAsync();
        }

        try
        {
            await _accepting;
        }
        finally
        {
            _visitors.Writer.TryComplete();
            while (_visitors.Reader.TryRead(out Visitor? visitor))
            {
                visitor.Connection.Abort();
                await visitor.Connection.DisposeAsync();
            }

            _status.Complete(last);
            _life.Dispose();
        }
    }

    private async Task AcceptAsync(int port, EngineListener listener)
    {
        try
        {
            while (await listener.AcceptAsync() is { } socket)
            {
                // The folder lets nobody else in; should somebody have loosened it, he is no visitor.
                if (socket.PeerUserId is { } user && user != CurrentUser.Id)
                {
                    Log.Stranger(_logger, Definition.Name, user);
                    socket.Abort();
                    continue;
                }

                await QueueAsync(new Visitor(new SocketConnection(socket), port));
            }
        }
#pragma warning disable CA1031 // A listener waits out what passes: whatever comes here is told in the status, and visitors can no longer come.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.ListenerFailed(_logger, Definition.Name, e);
            lock (_gate)
            {
                Set(new ServiceStatus.Failed($"Visitors to port {port} can no longer be accepted: {e.Message} Restart the gateway."));
            }
        }
    }

    private async Task QueueAsync(Visitor visitor)
    {
        try
        {
            await _visitors.Writer.WriteAsync(visitor, _life.Token);
        }
        catch (OperationCanceledException)
        {
            visitor.Connection.Abort();
            await visitor.Connection.DisposeAsync();
        }
    }
}
