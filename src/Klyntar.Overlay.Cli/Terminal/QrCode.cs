using QRCoder;

namespace Klyntar.Overlay.Cli;

/// <summary>A QR code of half-block characters, for terminals.</summary>
internal static class QrCode
{
    public static string Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall();
    }
}
