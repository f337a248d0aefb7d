namespace Klyntar.Overlay.Transports.Tor;

/// <summary>One of the ways in which a tor is told of services.</summary>
internal interface IPublishingWay
{
    /// <summary>Has tor publish a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="withProofOfWork">Whether with the proof of work that its options want.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ControlException">The connection has ended.</exception>
    Task<PublishingAnswer> AddAsync(TorService service, bool withProofOfWork, CancellationToken cancellationToken);

    /// <summary>Has tor publish a service no more.</summary>
    /// <param name="service">The service.</param>
    /// <param name="serviceId">The address without <c>.onion</c> under which tor has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ControlException">The connection has ended.</exception>
    Task RemoveAsync(TorService service, string serviceId, CancellationToken cancellationToken);
}
