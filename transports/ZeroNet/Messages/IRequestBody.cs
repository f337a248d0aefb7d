namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A request's params, which know their command.</summary>
internal interface IRequestBody : IMessageBody
{
    /// <summary>One of <see cref="PeerCommands"/>.</summary>
    string Command { get; }
}
