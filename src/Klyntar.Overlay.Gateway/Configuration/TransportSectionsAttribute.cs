namespace Klyntar.Overlay.Gateway;

/// <summary>Marks a property whose keys are transports' names and whose values are of those transports' own types.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TransportSectionsAttribute(bool ofService) : Attribute
{
    /// <summary>Whether the values are a service's options (<see cref="ITransportFactory.ServiceOptionsType"/>) and not the transport's (<see cref="ITransportFactory.OptionsType"/>).</summary>
    public bool OfService { get; } = ofService;
}
