using System.Globalization;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The words in which real nodes refuse requests. Programs of others read some of them.</summary>
internal static class RequestErrors
{
    public const string UnknownSite = "Unknown site";

    /// <summary>The site has no such file here.</summary>
    public const string FileReadError = "File read error";

    /// <summary>The path is none that a site could have.</summary>
    public const string FileReadException = "File read exception";

    public const string BadLocation = FileReadError + ": Bad file location";
    public const string OnlyContent = "Only content.json update allowed";
    public const string InvalidJson = "File invalid JSON";

    /// <summary>The asker believes a file to be of another size.</summary>
    public static string SizeDiffers(long asked, long here) => string.Create(CultureInfo.InvariantCulture, $"{FileReadError}: File size does not match: {asked}B != {here}B");

    /// <summary>A content.json is not taken.</summary>
    /// <param name="why">As a clause, in the words of real nodes.</param>
    public static string Invalid(string why) => $"File {SiteContent.FileName} invalid: {why}";

    /// <summary>Params that cannot be read. Real nodes close the connection, or say nothing.</summary>
    public static string InvalidParams(MessageViolation violation) => $"Invalid params: {violation}";
}
