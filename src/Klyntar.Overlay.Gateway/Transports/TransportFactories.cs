using System.Reflection;

namespace Klyntar.Overlay.Gateway;

/// <summary>Makes the factories that an assembly names with <see cref="OverlayTransportAttribute"/>, be it built in or a plugin's.</summary>
internal static class TransportFactories
{
    /// <summary>Makes them.</summary>
    /// <exception cref="OverlayException">One is none, or cannot be made.</exception>
    public static IEnumerable<ITransportFactory> Of(Assembly assembly)
    {
        foreach (OverlayTransportAttribute named in assembly.GetCustomAttributes<OverlayTransportAttribute>())
        {
            ITransportFactory? factory;
            try
            {
                factory = Activator.CreateInstance(named.Factory) as ITransportFactory;
            }
            catch (Exception e) when (e is MemberAccessException or TargetInvocationException or TypeLoadException or NotSupportedException)
            {
                throw Unusable(named, assembly, (e as TargetInvocationException)?.InnerException?.Message ?? e.Message, e);
            }

            yield return factory ?? throw Unusable(named, assembly, $"it does not implement {nameof(ITransportFactory)}.", null);
        }
    }

    private static OverlayException Unusable(OverlayTransportAttribute named, Assembly assembly, string why, Exception? inner) =>
        new($"The transport factory {named.Factory} of {assembly.GetName().Name} cannot be made: {why} Its author must give it a public constructor without parameters.", inner);
}
