using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The configuration section <c>services.*.options.pt</c>.</summary>
public sealed record PluggableServiceOptions : IValidatableObject
{
    /// <summary>Where the service's first virtual port is listened for, an <see cref="IPEndPoint"/>; each further one has the next port. Null for the transport's address, and a port that the identity makes.</summary>
    [Description("Where the service's first port is listened for on the ordinary network, such as \"0.0.0.0:9443\"; each further port of the service takes the next one. Without it, the transport's \"listen\" address and a port from 16384 to 32511 that stays the identity's.")]
    public EndPoint? Listen { get; init; }

    /// <summary>What others are told in the place of <see cref="Listen"/>, an <see cref="IPEndPoint"/>; each further port has the next one. Null for the transport's address and the port that is listened on.</summary>
    [Description("The address and port that others are told, such as \"203.0.113.7:443\" where a router passes that port on; each further port of the service takes the next one. Without it, the transport's \"advertise\" address with the port that is listened on.")]
    public EndPoint? Advertise { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Listen is not (null or IPEndPoint { Port: > 0 }))
        {
            yield return new ValidationResult("Write an IP address and a port above 0: the port is part of the service's address, so it has to stay.", [nameof(Listen)]);
        }

        if (Advertise is not (null or IPEndPoint { Port: > 0 }) || (Advertise is IPEndPoint told && PluggableOptions.IsWildcard(told.Address)))
        {
            yield return new ValidationResult("Write the IP address and the port at which others reach this machine.", [nameof(Advertise)]);
        }
    }
}
