namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The words of the field cmd.</summary>
internal static class PeerCommands
{
    public const string Response = "response";
    public const string Handshake = "handshake";
    public const string Ping = "ping";
    public const string GetFile = "getFile";
    public const string StreamFile = "streamFile";
    public const string Pex = "pex";
    public const string ListModified = "listModified";
    public const string Update = "update";
    public const string GetHashfield = "getHashfield";
    public const string SetHashfield = "setHashfield";
    public const string FindHashIds = "findHashIds";
    public const string CheckPort = "checkport";
    public const string GetTrackers = "getTrackers";
    public const string Announce = "announce";
    public const string Tunnel = "klyntarTunnel";
    public const string TunnelProof = "klyntarTunnelProof";
}
