using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>An onion service that we keep published, whatever becomes of tor. Its listeners live as long as it does.</summary>
internal sealed partial class TorService : IPublishedService
{
    /// <summary>How many visitors may be there of whom tor has not told the circuit: it tells when it comes to it, after a whole rush of them. At one more the oldest is turned away.</summary>
    public const int MostUntold = 512;

    private readonly TorPublisher _publisher;
    private readonly ServicePlace _place;
    private readonly ILogger _logger;

    // The oldest first.
    private readonly LinkedList<EngineSocket> _untold = [];
    private readonly VisitorQueue _visitors;
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("waiting for tor"));
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _ended;
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private readonly ImmutableArray<string> _wantedNotes;
    private ImmutableArray<string> _notes;
    private bool _toldOfMissingProofOfWork;
    private Task? _closing;
    private DescriptorUploads _uploads = new();
    private bool _wasPublished;

    public TorService(TorPublisher publisher, ServiceDefinition definition, OnionAddress address, ServicePlace place, ILogger logger)
    {
        _publisher = publisher;
        _place = place;
        _logger = logger;
        _ended = _life.Token;
        Definition = definition;
        _visitors = new VisitorQueue(definition);
        Address = address;
        _notes = _wantedNotes = Options.Clients.Count switch
        {
            0 => place.Lacks,
            1 => ["visitors need a client key, which 1 client has", .. place.Lacks],
            int count => [$"visitors need a client key, which {count} clients have", .. place.Lacks],
        };
        EndPoints = [.. definition.Ports.Select(port => new TorEndPoint(address, port))];
        _accepting = Task.WhenAll(place.Listeners.Select(door => AcceptAsync(door.Port, door.Listener)));
    }

    public ServiceDefinition Definition { get; }

    public OnionAddress Address { get; }

    public ImmutableArray<OverlayEndPoint> EndPoints { get; }

    public IStatus<ServiceStatus> Status => _status;

    public ImmutableArray<string> Notes => _notes;

    public TorServiceOptions Options => Definition.Options as TorServiceOptions ?? new TorServiceOptions();

    /// <summary>Where it is kept if it is published by <see cref="ServiceDirWay"/>; null for <see cref="AddOnionWay"/>.</summary>
    public ServiceFolder? Folder => _place.Folder;

    /// <summary>Virtual ports, and where tor connects to for each, as tor reads it.</summary>
    public IEnumerable<(int Port, string Target)> Targets => _place.Listeners.Select(door => (door.Port, TargetText(door.Listener.LocalEndPoint)));

    public ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => _visitors.AcceptAsync(cancellationToken);

    public ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) =>
        VisitorCircuit.TryParse(identity) is { } visitor
            ? _publisher.CloseCircuitAsync(visitor, cancellationToken)
            : ValueTask.FromResult(false);

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
            _uploads = new DescriptorUploads();
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

            if (!_uploads.AreEnough)
            {
                SetPending("waiting for the descriptor's upload");
            }
        }
    }

    /// <summary>Tor begins to upload a descriptor to a directory.</summary>
    public void OnUpload(HsDescEvent descriptor)
    {
        lock (_gate)
        {
            _uploads.OnUpload(descriptor);
        }
    }

    /// <summary>A directory has a descriptor.</summary>
    public void OnUploaded(HsDescEvent descriptor)
    {
        lock (_gate)
        {
            bool wereEnough = _uploads.AreEnough;
            _uploads.OnUploaded(descriptor);
            TellPublished(wereEnough);
        }
    }

    /// <summary>Tor has taken the service, and of uploads it will tell nothing.</summary>
    public void OnUploadsUntold()
    {
        lock (_gate)
        {
            SetPublished();
        }
    }

    /// <summary>A directory did not take the descriptor, which is of interest until others have.</summary>
    public void OnUploadFailed(HsDescEvent descriptor)
    {
        lock (_gate)
        {
            bool wereEnough = _uploads.AreEnough;
            if (_uploads.OnFailed(descriptor))
            {
                SetPending($"waiting for the descriptor's upload; a directory answered {LogText.Redact(descriptor.Reason ?? "no reason")}");
            }

            TellPublished(wereEnough);
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

    private void TellPublished(bool wereEnough)
    {
        if (_uploads.AreEnough && !wereEnough)
        {
            SetPublished();
        }
    }

    private void SetPublished()
    {
        _wasPublished = true;
        Set(ServiceStatus.Published);
        Log.Published(_logger, Definition.Name);
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

        // First: whoever accepts may wait for a place.
        await _visitors.EndAsync();
        foreach ((_, EngineListener listener) in _place.Listeners)
        {
            await listener.DisposeAsync();
        }

        try
        {
            await _accepting;
        }
        finally
        {
            _status.Complete(last);
            _life.Dispose();
        }
    }

    private static string TargetText(EndPoint target) => target is UnixDomainSocketEndPoint ? $"unix:{target}" : target.ToString()!;

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

                if (Folder is null)
                {
                    await QueueAsync(socket, new Visitor(new SocketConnection(socket), port));
                    continue;
                }

                // Tor's line takes a moment, in which others may come.
                _ = ReceiveAsync(socket, port);
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

    private async Task ReceiveAsync(EngineSocket socket, int port)
    {
        LinkedListNode<EngineSocket> place = Await(socket);
        int session = _publisher.Session;
        (SocketConnection Connection, uint Circuit)? told = await CircuitReader.ReadAsync(socket, _ended);
        lock (_untold)
        {
            place.List?.Remove(place);
        }

        if (told is { } visitor)
        {
            await QueueAsync(socket, new Visitor(visitor.Connection, port, new VisitorCircuit(session, visitor.Circuit).ToString()));
            return;
        }

        if (!_ended.IsCancellationRequested)
        {
            Log.NoCircuit(_logger, Definition.Name);
        }

        socket.Abort();
    }

    // Whoever comes is not tor, or tor is stuck; a limit in time would cost every visitor a timer.
    private LinkedListNode<EngineSocket> Await(EngineSocket socket)
    {
        EngineSocket? oldest = null;
        LinkedListNode<EngineSocket> place;
        lock (_untold)
        {
            place = _untold.AddLast(socket);
            if (_untold.Count > MostUntold)
            {
                oldest = _untold.First!.Value;
                _untold.RemoveFirst();
            }
        }

        oldest?.Abort();
        return place;
    }

    // Up to here it is our own code, which does not block the engine's loop; whoever accepts the visitor may, unless the definition promises otherwise, and whoever uses the connection in any case.
    private ValueTask QueueAsync(EngineSocket socket, Visitor visitor)
    {
        socket.ResumesOnLoop = false;
        return _visitors.LetInAsync(visitor);
    }
}
