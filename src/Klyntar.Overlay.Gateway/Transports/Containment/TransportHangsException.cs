namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's code does not return. Thrown in place of its answer by <see cref="CallGuard"/>, which has told of it already.</summary>
internal sealed class TransportHangsException : Exception
{
    public TransportHangsException()
        : base("The transport hangs.")
    {
    }

    public TransportHangsException(string message)
        : base(message)
    {
    }

    public TransportHangsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
