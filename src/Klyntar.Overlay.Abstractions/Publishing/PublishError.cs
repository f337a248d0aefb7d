namespace Klyntar.Overlay;

/// <summary>Why a publication was refused, as a value.</summary>
/// <param name="Kind">The cause.</param>
/// <param name="Message">A sentence for the operator: the thing, the cause and the next step.</param>
public sealed record PublishError(PublishErrorKind Kind, string Message)
{
    internal static readonly PublishError Uninitialized = new(PublishErrorKind.Internal, "An uninitialized result was returned; please report it.");

    /// <inheritdoc/>
    public override string ToString() => Message;
}
