namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A file of a site, as its content.json lists it.</summary>
/// <param name="Sha512">The first 32 bytes of its SHA-512, as 64 hexadecimal digits in lower case.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record SiteFile(string Sha512, long Size)
{
    /// <summary>How many digits of the hash are listed.</summary>
    public const int HashDigits = 64;

    /// <summary>What a file is listed as.</summary>
    public static SiteFile Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[System.Security.Cryptography.SHA512.HashSizeInBytes];
        System.Security.Cryptography.SHA512.HashData(content, hash);
        return new SiteFile(Convert.ToHexStringLower(hash[..(HashDigits / 2)]), content.Length);
    }
}
