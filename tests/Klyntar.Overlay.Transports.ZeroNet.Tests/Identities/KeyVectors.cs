namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Keys, addresses and signatures of ZeroNet's own tests and nodes, of published specifications, and of a second implementation. None guards anything.</summary>
internal static class KeyVectors
{
    public const string Wif = "5JsunC55XGVqFQj5kPGK4MWgTL26jKbnPhjnmchSNPo75XXCwtk";
    public const string CompressedWif = "L1uhxTrzxbQFxbijxVGahoY19CwrHo6XMCos1vZUyRcVpjT4MgwN";
    public const string Secret = "8BECD246C63A417BF07C11AD76CCAA23B055F5DB0F313D33E350FE5795F317B3";
    public const string Address = "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr";
    public const string CompressedAddress = "12Shvvd9UnAt2BfPzGLykoS6BYjY7hPgpf";

    public const string HelloSignature = "HGbib2kv9gm9IJjDt1FXbXFczZi35u0rZR3iPUIt5GglDDCeIQ7v8eYXVNIaLoJRI4URGZrhwmsYQ9aVtRTnTfQ=";
    public const string CompressedHelloSignature = "IGbib2kv9gm9IJjDt1FXbXFczZi35u0rZR3iPUIt5GglDDCeIQ7v8eYXVNIaLoJRI4URGZrhwmsYQ9aVtRTnTfQ=";

    // "Hello" 1024 times, as nodes of today and of earlier years sign it: the same r, the lower and the higher s.
    public const string LowSignature = "G1GXaDauZ8vX/N9Jn+MRiGm9h+I94zUhDnNYFaqMGuOiBHB+kp4cRPZOL7l1yqK5BHa6J+W97bMjvTXtxzljp6w=";
    public const string HighSignature = "HFGXaDauZ8vX/N9Jn+MRiGm9h+I94zUhDnNYFaqMGuOi+4+BbWHjuwmx0EaKNV1G+kP0tQDxWu0YApxwxZbSmZU=";

    public const string CanonicalText =
        """{"a": "\u041a\u043b\u044e\u0447 \u2028 \ud83d\ude00 \"q\"/\\ \u007f\t\n", "b": [1, 2, {"a": true, "z": null}], "files": {}, "modified": 1700000000}""";

    public const string CanonicalSignature = "HD2L+TuTwyTJYjaJ4ykJz1ceoiyCs9X8NV36mhPdiygYc+xbTWpQ29MRie48xfXmAfYKAUzHbgtdx6/ZNC3X4AM=";

    public const string Seed = "e180efa477c63b0f2757eac7b1cce781877177fe0966be62754ffd4c8592ce38";
    public const string Index0Wif = "5JSbeF5PevdrsYjunqpg7kAGbnCVYa1T4APSL3QRu8EoAmXRc7Y";
    public const string Index0Address = "1BA2aKp73ESast4JUwWF6Jpyrum8XrejcL";

    /// <summary>The curve's order n.</summary>
    public const string Order = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";

    /// <summary>n - 1, the largest secret.</summary>
    public const string LargestSecret = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140";

    /// <summary>The abscissa of the base point, whose ordinate is even.</summary>
    public const string BasePoint = "79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798";

    public const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    public const string One = "0000000000000000000000000000000000000000000000000000000000000001";
}
