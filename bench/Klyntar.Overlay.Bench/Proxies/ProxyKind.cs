using System.Net;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>A proxy that is measured: how to start it, and how its clients name a target.</summary>
internal abstract record ProxyKind(string Name)
{
    /// <summary>What is executed.</summary>
    public abstract string Program { get; }

    /// <summary>The arguments that make it listen.</summary>
    /// <param name="listen">Where.</param>
    /// <param name="folder">A folder for whatever it needs, removed afterwards.</param>
    public abstract IReadOnlyList<string> Arguments(IPEndPoint listen, string folder);

    /// <summary>The address in a SOCKS5 request (RFC 1928, section 4): type, address and port.</summary>
    public abstract byte[] Address(IPEndPoint target);
}

/// <summary>microsocks, a small threaded proxy in C. It is given addresses, so that it looks no name up.</summary>
internal sealed record MicrosocksKind(string Microsocks) : ProxyKind("microsocks")
{
    public override string Program => "/bin/sh";

    // It writes a line for each client, which debian's version cannot be told to leave: at least nobody reads it.
    public override IReadOnlyList<string> Arguments(IPEndPoint listen, string folder) =>
        ["-c", "exec \"$0\" \"$@\" 2>/dev/null", Microsocks, "-i", listen.Address.ToString(), "-p", $"{listen.Port}"];

    public override byte[] Address(IPEndPoint target) => [1, .. target.Address.GetAddressBytes(), (byte)(target.Port >> 8), (byte)target.Port];
}

/// <summary>The gateway: the command itself, with its SOCKS door and the loopback transport.</summary>
internal sealed record GatewayKind(string Launcher) : ProxyKind("gateway")
{
    public override string Program => Launcher;

    public override IReadOnlyList<string> Arguments(IPEndPoint listen, string folder)
    {
        string configuration = Path.Combine(folder, "overlay.json");
        File.WriteAllText(configuration, $$"""
            {
              "dataFolder": "{{Path.Combine(folder, "data")}}",
              "socks": [ { "listen": "{{listen}}" } ],
              "transports": { "tor": false, "loopback": {} }
            }
            """);
        return ["up", "--config", configuration];
    }

    public override byte[] Address(IPEndPoint target)
    {
        byte[] host = Encoding.ASCII.GetBytes($"{target.Address}.loopback");
        return [3, (byte)host.Length, .. host, (byte)(target.Port >> 8), (byte)target.Port];
    }
}
