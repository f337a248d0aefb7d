using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Tor;

public sealed partial record TorOptions
{
    /// <summary>The control port of a tor that somebody else runs and that is used in place of one of our own: an <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</summary>
    [Description("The control port of a tor that runs already, to be used in place of one of the gateway's own: \"unix:/run/tor/control\" or \"127.0.0.1:9051\". Its configuration is not touched.")]
    public EndPoint? Control { get; init; }

    /// <summary>The cookie of the tor behind <see cref="Control"/>; null for where its control port says.</summary>
    [Description("The absolute path of that tor's authentication cookie. Without it, the control port says where it is.")]
    public string? CookieFile { get; init; }

    /// <summary>A file with the password of <see cref="Control"/> on its first line.</summary>
    [Description("The absolute path of a file whose first line is that tor's control password. Yours alone (mode 0600).")]
    public string? PasswordFile { get; init; }

    /// <summary>Whether whoever listens at <see cref="Control"/> is taken for tor without a proof.</summary>
    [Description("Whether whoever listens at \"control\" is taken for tor without a proof, and given the services' keys. Needed on TCP where tor asks for a password or for nothing. Set it only where nobody but tor can listen at that address, as on Whonix.")]
    public bool TrustControl { get; init; }

    /// <summary>The SOCKS port of the tor behind <see cref="Control"/>; null to ask it.</summary>
    [Description("That tor's SOCKS port: \"127.0.0.1:9050\" or \"unix:/run/tor/socks\". Without it, tor is asked.")]
    public EndPoint? Socks { get; init; }

    /// <summary>Where that tor hands over visitors: an <see cref="IPEndPoint"/>; 127.0.0.1 unless told. A port other than 0 is the first of those that are taken.</summary>
    [Description("This machine's address at which that tor hands over visitors, such as \"127.0.0.1:0\", the default, or \"10.152.152.11:17600\" on a Whonix-Workstation. Port 0 takes any free port for each virtual port, another one that port and those after it.")]
    public EndPoint? ServiceListen { get; init; }

    /// <summary>What contradicts each other in the settings of a tor that runs already, and of one of our own.</summary>
    internal IEnumerable<ValidationResult> CheckControl()
    {
        string[] beside = Control is null
            ? [.. Named((CookieFile, nameof(CookieFile)), (PasswordFile, nameof(PasswordFile)), (TrustControl ? true : null, nameof(TrustControl)), (Socks, nameof(Socks)), (ServiceListen, nameof(ServiceListen)))]
            : [.. Named((Program, nameof(Program)), (Torrc.Count > 0 ? Torrc : null, nameof(Torrc)), (Bridges.Count > 0 ? Bridges : null, nameof(Bridges)), (PluggableTransports.Count > 0 ? PluggableTransports : null, nameof(PluggableTransports)), (VanguardsLite, nameof(VanguardsLite)))];
        foreach (string name in beside)
        {
            yield return new ValidationResult(
                Control is null
                    ? "This is about a tor that runs already, and \"control\" does not say where one is."
                    : "This is about a tor of the gateway's own, and \"control\" names one that runs already, whose configuration is its operator's. Remove one of the two.",
                [name]);
        }

        foreach ((string? path, string name) in ((string?, string)[])[(CookieFile, nameof(CookieFile)), (PasswordFile, nameof(PasswordFile))])
        {
            if (path is not null && (!Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal)))
            {
                yield return new ValidationResult("Write an absolute path.", [name]);
            }
        }

        foreach ((EndPoint? endPoint, string name) in ((EndPoint?, string)[])[(Control, nameof(Control)), (Socks, nameof(Socks))])
        {
            if (endPoint is not (null or UnixDomainSocketEndPoint or IPEndPoint { Port: > 0 }))
            {
                yield return new ValidationResult("Write an IP address and its port, or \"unix:/path\".", [name]);
            }
        }

        if (ServiceListen is not (null or IPEndPoint) || ServiceListen is IPEndPoint { Address: var address } && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            yield return new ValidationResult("Write one address of this machine and a port: tor connects to it, and strangers should not.", [nameof(ServiceListen)]);
        }
    }

    private static IEnumerable<string> Named(params (object? Value, string Name)[] settings) => settings.Where(s => s.Value is not null).Select(s => s.Name);
}
