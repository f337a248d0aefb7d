using System.Text;

namespace Klyntar.Overlay.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new SocksServerTarget(),
        new SocksClientTarget(),
        new ControlTarget(),
        new ControlTextTarget(),
        new CircuitHeaderTarget(),
        new OnionAddressTarget(),
        new KeyFileTarget(),
        new ClientKeyTarget(),
        new I2PHostTarget(),
        new I2PKeyTarget(),
        new SamTarget(),
        new PluggableProgramTarget(),
        new PluggableNameTarget(),
        new ZeroNetMessageTarget(),
        new ZeroNetFileTarget(),
        new ZeroNetSharedFrameTarget(),
        new ConfigurationTarget(),
        new SumsTarget(),
        new OpenPgpTarget(),
    ];

    /// <summary>Tokens, each character a byte.</summary>
    public static IReadOnlyList<byte[]> Words(params string[] words) => [.. words.Select(Encoding.Latin1.GetBytes)];
}
