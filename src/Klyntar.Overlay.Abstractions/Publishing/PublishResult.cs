using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay;

/// <summary>The outcome of a publication: a service, or why it was refused.</summary>
public readonly struct PublishResult
{
    private readonly PublishError? _error;

    private PublishResult(IPublishedService? service, PublishError? error)
    {
        Service = service;
        _error = error;
    }

    /// <summary>The service, owned by whoever published it; null where it was refused.</summary>
    public IPublishedService? Service { get; }

    /// <summary>Why it was refused; null where it was not.</summary>
    public PublishError? Error => Service is null ? _error ?? PublishError.Uninitialized : null;

    /// <summary>Whether the definition was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Service))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsAccepted => Service is not null;

    /// <summary>A publication that was refused.</summary>
    public static implicit operator PublishResult(PublishError error) => FromPublishError(error);

    /// <summary>A publication that was accepted.</summary>
    public static PublishResult FromService(IPublishedService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new PublishResult(service, null);
    }

    /// <summary>A publication that was refused.</summary>
    public static PublishResult FromPublishError(PublishError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new PublishResult(null, error);
    }
}
