namespace Klyntar.Overlay;

/// <summary>Names a transport that an assembly offers to the gateway.</summary>
/// <param name="factory">A type that implements <see cref="ITransportFactory"/> and has a public constructor without parameters.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class OverlayTransportAttribute(Type factory) : Attribute
{
    /// <summary>The factory's type.</summary>
    public Type Factory { get; } = factory;
}
