using System.Globalization;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A visitor's circuit, which is all that tor knows of a visitor.</summary>
/// <param name="Session">Which session with a tor it is of: another tor counts its circuits anew.</param>
/// <param name="Circuit">Its number there.</param>
internal readonly record struct VisitorCircuit(int Session, uint Circuit)
{
    /// <summary>Reads what <see cref="ToString"/> writes; null where it is something else.</summary>
    public static VisitorCircuit? TryParse(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int session)
            && uint.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint circuit)
            ? new VisitorCircuit(session, circuit)
            : null;
    }

    /// <summary>The form of <see cref="Visitor.Identity"/>: <c>session.circuit</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Session}.{Circuit}");
}
