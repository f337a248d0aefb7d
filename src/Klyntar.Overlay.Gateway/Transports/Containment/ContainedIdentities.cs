using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Gateway;

/// <summary>A plugin's identities. A call that hangs ends in an <see cref="OverlayException"/>, and so does one that is made while another hangs.</summary>
internal sealed class ContainedIdentities(IIdentityFormat inner, CallGuard guard) : IIdentityFormat
{
    public ImmutableArray<string> Formats { get; } = inner.Formats;

    public ImmutableArray<string> FormatsOf(Identity identity) => Answer(nameof(FormatsOf), () => inner.FormatsOf(identity));

    public Identity Create() => Answer(nameof(Create), inner.Create);

    public IdentityImport Import(ReadOnlySpan<byte> data)
    {
        byte[] copy = data.ToArray();
        return Answer(nameof(Import), () => inner.Import(copy));
    }

    public byte[] Export(Identity identity, string format) => Answer(nameof(Export), () => inner.Export(identity, format));

    private T Answer<T>(string member, Func<T> call)
    {
        try
        {
            return guard.Call($"{nameof(ITransport.Identities)}.{member}", call);
        }
        catch (TransportHangsException e)
        {
            throw new OverlayException($"The transport does not answer when its identities are asked for ({member}). Report it to its author, and switch the transport off until then.", e);
        }
    }
}
