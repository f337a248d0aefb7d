namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A factory of one given transport, enabled by default.</summary>
internal sealed class TestFactory(ITransport transport) : ITransportFactory
{
    public string Name => transport.Name;

    public string Description => "A transport of these tests.";

    public Type OptionsType => typeof(NoOptions);

    public Type? ServiceOptionsType => null;

    public bool EnabledByDefault => true;

    public ITransport Create(object options) => transport;

    internal sealed record NoOptions;
}
