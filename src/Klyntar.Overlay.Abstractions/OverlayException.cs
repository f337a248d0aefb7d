namespace Klyntar.Overlay;

/// <summary>A failure whose message is written for the operator: it names the thing, the cause and the next step.</summary>
/// <remarks>For faults of configuration and environment. Failures of a dial or a publication are values, and bugs are other exceptions.</remarks>
public class OverlayException : Exception
{
    /// <summary>Makes an exception without a message. Prefer the others.</summary>
    public OverlayException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">The thing, the cause and the next step.</param>
    public OverlayException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">The thing, the cause and the next step.</param>
    /// <param name="innerException">The cause.</param>
    public OverlayException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
