namespace Klyntar.Overlay;

/// <summary>Why a dial failed, as a value.</summary>
/// <param name="Kind">The cause, from the one vocabulary.</param>
/// <param name="Transport">The transport that failed, or null where none was asked.</param>
/// <param name="Detail">What the overlay said, for the log and for status; without addresses and secrets.</param>
public sealed record DialError(DialErrorKind Kind, string? Transport = null, string? Detail = null)
{
    internal static readonly DialError Uninitialized = new(DialErrorKind.Internal, Detail: "an uninitialized result");

    /// <summary>The sentence for a person, with what the overlay said.</summary>
    public override string ToString()
    {
        string from = Transport is null ? Kind.Sentence() : $"{Transport}: {Kind.Sentence()}";
        return Detail is null ? from : $"{from} ({Detail})";
    }
}
