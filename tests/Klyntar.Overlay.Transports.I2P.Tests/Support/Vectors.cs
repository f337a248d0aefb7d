namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>What i2pd 2.45.1 made for these tests, by DEST GENERATE on a router without a network, and published with them: never a service's keys.</summary>
internal static class Vectors
{
    public const string Host = "rekbtqnz4gzigd5fhqjjtp4cb7rzib4rkhze754wthzvtjha3dua.b32.i2p";

    /// <summary>A router that held the same key's encrypted lease set was asked for it by this name.</summary>
    public const string BlindedHost = "w2f32atkotkx6yo2yzn6kzrelrj627b24t3fkmn6usfuzcpke3wlfx7f.b32.i2p";

    public const string BlindedHostWithClientKeys = "wkf32atkotkx6yo2yzn6kzrelrj627b24t3fkmn6usfuzcpke3wlfx7f.b32.i2p";

    public const string Destination =
        "gi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDCKvBw2aHp1C2GS-a6" +
        "QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDCKvBw2aHp" +
        "1C2GS-a6QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDC" +
        "KvBw2aHp1C2GS-a6QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGLwJqdNV~YdrG" +
        "W-VmJFxT7Xw65PZVMb6ki0yJ6ibsst~lBQAEAAcAAA==";

    public const string PrivateKey =
        "gi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDCKvBw2aHp1C2GS-a6" +
        "QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDCKvBw2aHp" +
        "1C2GS-a6QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGL4IvA~soptnkJ-1ScsDC" +
        "KvBw2aHp1C2GS-a6QRHL14Yvgi8D-yim2eQn7VJywMIq8HDZoenULYZL5rpBEcvXhi-CLwP7KKbZ5CftUnLAwirwcNmh6dQthkvmukERy9eGLwJqdNV~YdrG" +
        "W-VmJFxT7Xw65PZVMb6ki0yJ6ibsst~lBQAEAAcAAPx7rDLtAnlQtQKApE1IpfkAe4UaHZv5rxZ0-KrUzpX8PvfAwrnBlDlNZ42~avDHPtHIOkIVEhg0EcfI" +
        "pRjnLlGt7bqnwTvYQBi7VDvqty16rAb8AKAeTev6HNDHfC7RsDQnRfnFu3FGbc7cJudU85seuYWmaFtMlWAqck4Syhc89o1zl4AuSCMOlPQpc7-iSYNEtMnO" +
        "XSf1UsWt4udrjHXgs56aIyoZCrNsRDucnNywCLdOBF0yFK~5WE4PS5-EuFy4dKSXp9fwad6fwSQg6IHmxMMIYDZea-Tk1tdu1rSkfukQKvL7BFXXCCaawsZk" +
        "gUrSWeVixvmrm3IO9PGx9s-t8TIVB9Z24gugIWHLo~cPeTRy9d6fGNJt-sYYB6j~PQ==";

    /// <summary>With CRYPTO_TYPE=4.</summary>
    public const string X25519Host = "gqrix3t7odbwurw3iqywnnxq5tdvmxwxsslqnbbkyo7hrmcxpfkq.b32.i2p";

    public const string X25519PrivateKey =
        "UMlsfXsq7tARtfP90zMOgeU7mv5xCopt9U2quA2ClzxQyWx9eyru0BG18~3TMw6B5Tua~nEKim31Taq4DYKXPFDJbH17Ku7QEbXz~dMzDoHlO5r-cQqKbfVN" +
        "qrgNgpc8UMlsfXsq7tARtfP90zMOgeU7mv5xCopt9U2quA2ClzxQyWx9eyru0BG18~3TMw6B5Tua~nEKim31Taq4DYKXPFDJbH17Ku7QEbXz~dMzDoHlO5r-" +
        "cQqKbfVNqrgNgpc8UMlsfXsq7tARtfP90zMOgeU7mv5xCopt9U2quA2ClzxQyWx9eyru0BG18~3TMw6B5Tua~nEKim31Taq4DYKXPFDJbH17Ku7QEbXz~dMz" +
        "DoHlO5r-cQqKbfVNqrgNgpc8UMlsfXsq7tARtfP90zMOgeU7mv5xCopt9U2quA2ClzxQyWx9eyru0BG18~3TMw6B5Tua~nEKim31Taq4DYKXPA5JsLRAjBfB" +
        "-bIj2HN66zfmec4s4e20enSYAP2aw-~2BQAEAAcABB29VBFW7cgndyPGJKV1BmXCTOQb7Vdw1c5bbi-sFjH0QWbCK69wYF0ksu3-iT4lU2pRabizECB2VUZr" +
        "nEqm5BY=";

    /// <summary>Without a SIGNATURE_TYPE: DSA-SHA1, with the empty certificate.</summary>
    public const string DsaHost = "dotja7s4ycf7xkkbqprsfnujgema2m7dqjnhxmhampr5ycsgfn7a.b32.i2p";

    public const string DsaDestination =
        "wZU12ToPBLQyCaBTCH~og9CyoPjkv07aY7VbeaYa6lsMNYPZgmmqMqzD~jOlPPM0b54kcYsANpHC2T5I3cP90ET4lUhQbfZlvJMuFAI8llj5Sb-aIemqhcD~" +
        "aEjEOmCH5xFveN8a-F8NrDMo9-JVBXfMNl3imzRexYRM7dHQagGh6wZiTq6YPYfeGTzLglicXR-SWqT4VRTK87HidECa9keI-t0L85lTT6Suf1jwO9GVWJKE" +
        "oWYoYg3wz0sshmsg2GdvZxK~ua8G-W3ycS~mKfu0YxwljL-76bipWXYwsxZTd72fnNg1a7nniyvSMKOxHG5mDyDUnQY4SQFo8t4C65T4p938P1ln2hRReGDG" +
        "bu-Uf6qervWv472Dmeml4OzKoeeBz6pienX-aGHNDraz~DApJ~FmRanI7YMcVgcdJjyfnMO-rSgthsRJVXFXGbTYhPTjDSijK6nYozIiPalmuLFq7eWMfc9n" +
        "1VhfRRUpUXhFb~TO8RrddgYc-VQ4QL9PAAAA";

    /// <summary>With SIGNATURE_TYPE=3, whose key of 132 bytes goes on in the certificate.</summary>
    public const string P521Host = "5l2uhfnazayjycvgskpwkjl5ugswltbnxdpbhxr6vxa6nyd7ujxq.b32.i2p";

    public const string P521Destination =
        "7OoHrEsUbmcjrUJdmBqEV3sb4O2~okG85IVmdsfVZrvs6gesSxRuZyOtQl2YGoRXexvg7b-iQbzkhWZ2x9Vmu-zqB6xLFG5nI61CXZgahFd7G-Dtv6JBvOSF" +
        "ZnbH1Wa77OoHrEsUbmcjrUJdmBqEV3sb4O2~okG85IVmdsfVZrvs6gesSxRuZyOtQl2YGoRXexvg7b-iQbzkhWZ2x9Vmu-zqB6xLFG5nI61CXZgahFd7G-Dt" +
        "v6JBvOSFZnbH1Wa77OoHrEsUbmcjrUJdmBqEV3sb4O2~okG85IVmdsfVZrvs6gesSxRuZyOtQl2YGoRXexvg7b-iQbzkhWZ2x9VmuwEAyXIDupqbLSJIgScQ" +
        "P66NfWFzCOiwB6cKVdhJ7rHwIL-Z2oKA9FzHRgxYWhQ7amLQXqo~rdddAgNb9-WSxI61YQGPzIexbqswvc70T7XKDaXdNi9psIHZflMA-7qufNuHBsc6fNOU" +
        "-IwAdfvUc3GGQLyLq-DIWF6wdEUIhPh3BQAIAAMAAAlr17w=";
}
