using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Stands for the Tor Project: signs bundles and serves them.</summary>
internal sealed class TestPublisher : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-publisher-").FullName;

    private TestPublisher(TestServer server) => Server = server;

    public TestCertificate Key { get; init; } = new();

    public TestServer Server { get; }

    public static async Task<TestPublisher> StartAsync(TestCertificate? key = null, X509Certificate2? tls = null) => new(await TestServer.StartAsync(tls)) { Key = key ?? new TestCertificate() };

    public static string ArchiveOf(string version) => BundlePlatform.Current!.Archive(version);

    /// <summary>The path of a version's archive on the server.</summary>
    public static string PathOf(string version) => $"{version}/{ArchiveOf(version)}";

    /// <summary>Publishes a version.</summary>
    public byte[] Publish(string version, TestArchive? archive = null)
    {
        byte[] packed = (archive ?? TestArchive.Bundle($"0.4.9.{version[..2]}")).Pack();
        Server.Serve(PathOf(version), packed);
        PublishSums(version, $"{new string('0', 64)}  another-file.tar.gz\n{Sha256(packed)}  {ArchiveOf(version)}\n");
        return packed;
    }

    /// <summary>Signs and serves a list of sums.</summary>
    public void PublishSums(string version, string sums)
    {
        byte[] list = Encoding.ASCII.GetBytes(sums);
        Server.Serve($"{version}/{BundleSource.SumsName}", list);
        Server.Serve($"{version}/{BundleSource.SumsName}.asc", TestCertificate.Armor(Key.Sign(list), "SIGNATURE"));
    }

    /// <summary>Takes a version away.</summary>
    public void Withdraw(string version)
    {
        foreach (string path in (string[])[PathOf(version), $"{version}/{BundleSource.SumsName}", $"{version}/{BundleSource.SumsName}.asc"])
        {
            Server.Remove(path);
        }
    }

    /// <summary>Writes the public key to a file.</summary>
    public string WriteKey(TestCertificate? key = null)
    {
        string path = Path.Combine(_folder, "key.asc");
        File.WriteAllBytes(path, TestCertificate.Armor((key ?? Key).Export(), "PUBLIC KEY BLOCK"));
        return path;
    }

    public TorBundleRequest Request(string version) => new()
    {
        KeyFile = WriteKey(),
        Fingerprint = Key.Fingerprint,
        Version = version,
        Mirror = Server.Address.AbsoluteUri,
        Download = new DownloadOptions { Clock = TimeProvider.System, AllowsPlainLoopback = true, FirstPause = TimeSpan.Zero },
    };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
