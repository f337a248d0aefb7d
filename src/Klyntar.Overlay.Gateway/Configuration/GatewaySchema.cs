namespace Klyntar.Overlay.Gateway;

/// <summary>The JSON schema of <c>overlay.json</c>, made from the options' types.</summary>
public static class GatewaySchema
{
    /// <summary>Makes the schema, as indented JSON text with a final line feed.</summary>
    /// <param name="catalog">The transports whose sections it describes.</param>
    public static string Generate(TransportCatalog catalog) => throw new NotImplementedException();
}
