using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A network that peers are reached over: the ordinary one, or another overlay of this gateway.</summary>
internal interface ILeg
{
    /// <summary>Its name, for messages.</summary>
    string Name { get; }

    /// <summary>What end points that it reaches are recorded as.</summary>
    RecordedEndPointKind Kind { get; }

    /// <summary>Whether it reaches peers of a kind.</summary>
    bool Reaches(PeerLocationKind kind);

    /// <summary>Whether it hides who connects.</summary>
    bool IsOverlay { get; }

    /// <summary>Where the peer port is reached; null where nobody can connect, or it is not known yet.</summary>
    PeerLocation? Address { get; }

    /// <summary>Whether others can connect, and its changes.</summary>
    IStatus<ServiceStatus> Status { get; }

    /// <summary>Connects to a peer.</summary>
    /// <param name="address">Where it is. Of the kind that this leg reaches.</param>
    /// <param name="request">The dial that is served: its isolation, deadline, and which transports it runs over already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<DialResult> DialAsync(PeerLocation address, DialRequest request, CancellationToken cancellationToken);

    /// <summary>Lets others connect, until cancelled.</summary>
    /// <param name="accept">Takes a connection over, and where it came from; null where the leg hides that. Returns at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OverlayException">That cannot be; the message is for the operator.</exception>
    Task RunAsync(Action<ConnectionContext, IPAddress?> accept, CancellationToken cancellationToken);
}
