using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Sandbox;

/// <summary>Tells routers of each other by what each has written of itself: there is no server here that they could ask.</summary>
internal static class RouterIntroduction
{
    // An identity is two keys of 256 and 128 bytes, and a certificate of a type and a length before its payload.
    private const int CertificateLengthAt = 385;
    private const int CertificateAt = 387;

    /// <summary>Whether a router has written what others need to know of it.</summary>
    public static bool IsReady(I2PRouterFolder folder, bool isFloodfill)
    {
        try
        {
            byte[] info = File.ReadAllBytes(folder.RouterInfo);
            return info.Length > CertificateAt && (!isFloodfill || info.AsSpan().IndexOf("Xf"u8) > 0);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Gives each router, none of which may run, what the others have written.</summary>
    public static void Introduce(IReadOnlyList<I2PRouterFolder> routers)
    {
        foreach (I2PRouterFolder one in routers)
        {
            foreach (I2PRouterFolder other in routers.Where(r => r != one))
            {
                (string name, byte[] info) = Read(other);
                string shelf = Path.Combine(one.NetDb, $"r{name[0]}");
                PrivateFiles.CreateFolder(shelf);
                File.WriteAllBytes(Path.Combine(shelf, FileName(name)), info);
            }
        }
    }

    /// <summary>Writes what a router that joins later is to know.</summary>
    public static void WriteZip(string path, IEnumerable<I2PRouterFolder> routers)
    {
        using FileStream file = File.Create(path);
        using var zip = new ZipArchive(file, ZipArchiveMode.Create);
        foreach (I2PRouterFolder router in routers)
        {
            (string name, byte[] info) = Read(router);
            using Stream entry = zip.CreateEntry(FileName(name)).Open();
            entry.Write(info);
        }
    }

    private static string FileName(string name) => $"routerInfo-{name}.dat";

    private static (string Name, byte[] Info) Read(I2PRouterFolder router)
    {
        byte[] info = File.ReadAllBytes(router.RouterInfo);
        int length = CertificateAt + BinaryPrimitives.ReadUInt16BigEndian(info.AsSpan(CertificateLengthAt));
        string hash = Convert.ToBase64String(SHA256.HashData(info.AsSpan(0, length)));
        return (hash.Replace('+', '-').Replace('/', '~'), info);
    }
}
