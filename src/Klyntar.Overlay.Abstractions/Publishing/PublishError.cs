namespace Klyntar.Overlay;

/// <summary>Why a publication was refused, as a value.</summary>
/// <param name="Kind">The cause.</param>
/// <param name="Message">A sentence for the operator: the thing, the cause and the next step.</param>
public sealed record PublishError(PublishErrorKind Kind, string Message)
{
    internal static readonly PublishError Uninitialized = new(PublishErrorKind.Internal, "An uninitialized result was returned; please report it.");

    /// <summary>The refusal of a transport that has stopped or was not started.</summary>
    /// <param name="transport">Its name.</param>
    /// <param name="definition">What was to be published.</param>
    public static PublishError NotRunning(string transport, ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new PublishError(PublishErrorKind.TransportFailed, $"Service {definition.Name} cannot be published: transport {transport} has stopped or was not started. Start the gateway.");
    }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
