namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What tor says to a service that it took.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#add_onion">control-spec, section 3.27</a>:
/// <c>"250-ServiceID=" ServiceID CRLF ["250-PrivateKey=" …] *("250-ClientAuth=" …) "250 OK" CRLF</c>. With DiscardPK there is no key
/// in it, and one that comes nevertheless is passed over.
/// </remarks>
/// <param name="ServiceId">The address without <c>.onion</c>.</param>
internal sealed record AddOnionReply(string ServiceId)
{
    public static AddOnionReply? TryParse(ControlMessage message)
    {
        const string Prefix = "ServiceID=";
        if (message.IsSuccess)
        {
            foreach (ControlLine line in message.Lines)
            {
                if (line.IsSuccess && line.Text.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    return new AddOnionReply(line.Text[Prefix.Length..]);
                }
            }
        }

        return null;
    }

    public override string ToString() => nameof(AddOnionReply);
}
