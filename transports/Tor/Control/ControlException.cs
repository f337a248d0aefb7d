namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A control connection that cannot be used, or not any more. The message names the cause and holds no secret.</summary>
internal sealed class ControlException : OverlayException
{
    public ControlException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    public ControlException(ControlViolation violation)
        : base($"The control port {violation.Sentence()}. Check that it is tor's.")
        => Violation = violation;

    /// <summary>The same cause, for another one who waited: an exception is thrown once, so that its stack trace is one.</summary>
    public ControlException(ControlException cause)
        : base(cause.Message, cause)
        => Violation = cause.Violation;

    /// <summary>What the other side did, where it broke the protocol.</summary>
    public ControlViolation? Violation { get; }
}
