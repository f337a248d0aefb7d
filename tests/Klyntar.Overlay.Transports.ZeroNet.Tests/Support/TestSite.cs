using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A site of somebody else, which he signs as he likes.</summary>
internal sealed class TestSite
{
    private readonly ZeroNetPrivateKey _key = ZeroNetPrivateKey.Create();

    public ZeroNetAddress Address => _key.Address;

    /// <summary>The files that it has, by path.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>A site with end points.</summary>
    public static TestSite WithEndPoints(int port = 443, long expires = 1_900_000_000)
    {
        TestSite site = new();
        site.SetEndPoints(port, expires);
        site.Files["index.html"] = "<p>Hello</p>"u8.ToArray();
        return site;
    }

    public void SetEndPoints(int port, long expires = 1_900_000_000) => Files[EndPointRecord.FileName] = Record(port, expires).Write();

    public static EndPointRecord Record(int port, long expires = 1_900_000_000) =>
        new() { EndPoints = [new RecordedEndPoint(RecordedEndPointKind.Tcp, "1.1.1.1", port, new string('a', 64))], Expires = expires };

    /// <summary>Its content.json.</summary>
    public byte[] Sign(long modified) => new SiteDraft("A node", "Of somebody", Files.ToImmutableSortedDictionary(file => file.Key, file => SiteFile.Of(file.Value), StringComparer.Ordinal)).Sign(_key, modified);

    /// <summary>Its content.json with some of it changed, and signed again.</summary>
    public byte[] Sign(long modified, Action<JsonObject> change)
    {
        JsonObject content = JsonNode.Parse(Sign(modified))!.AsObject();
        change(content);
        content["signs"] = new JsonObject { [Address.Text] = new string('A', 88) };
        SiteContent unsigned = SiteContent.Read(Encoding.UTF8.GetBytes(content.ToJsonString()), out string? why) ?? throw new InvalidOperationException(why);
        content["signs"] = new JsonObject { [Address.Text] = _key.Sign(unsigned.SignedText.Span) };
        return Encoding.UTF8.GetBytes(content.ToJsonString());
    }

    /// <summary>Brings it onto a shelf that keeps it, whole.</summary>
    public void Bring(SiteShelf shelf, long modified)
    {
        shelf.Take(Address, Sign(modified)).Should().BeOneOf(SiteTaking.Current, SiteTaking.AwaitsFiles);
        foreach (WantedFile wanted in shelf.Wanted(Address))
        {
            shelf.Give(Address, wanted.Path, Files[wanted.Path]).Should().Be(SiteGiving.Kept);
        }
    }
}
