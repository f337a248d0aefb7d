using System.Diagnostics;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What a real tor makes of keys. It runs with DisableNetwork, and touches no socket.</summary>
public sealed class RealTorKeyTests : IDisposable
{
    private const string SecretKey = "hs_ed25519_secret_key";

    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-tor-keys").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_key_that_tor_makes_gives_us_the_address_that_it_gives_tor()
    {
        string hostName = await RunTorAsync(static _ => { });
        IdentityImport import = TorIdentityFormat.Instance.Import(await File.ReadAllBytesAsync(Path.Join(_folder, "service", SecretKey), TestContext.Current.CancellationToken));
        import.IsValid.Should().BeTrue(import.Why);
        import.Identity!.Address.Should().Be(hostName);
    }

    [Fact]
    public async Task A_key_that_we_make_gives_tor_the_address_that_it_gives_us()
    {
        Identity identity = TorIdentityFormat.Instance.Create();
        string hostName = await RunTorAsync(service => File.WriteAllBytes(Path.Join(service, SecretKey), TorIdentityFormat.Instance.Export(identity, "tor")));
        hostName.Should().Be(identity.Address);
    }

    private async Task<string> RunTorAsync(Action<string> prepare)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string service = Path.Join(_folder, "service");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(service, Private);
        }

        prepare(service);
        string empty = Path.Join(_folder, "torrc");
        await File.WriteAllTextAsync(empty, "", cancellationToken);

        HelperProgram tor = await FindTorAsync(cancellationToken);
        ProcessStartInfo start = new(tor.Path)
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "-f", empty, "--defaults-torrc", empty, "--DisableNetwork", "1", "--SocksPort", "0", "--ShutdownWaitLength", "0",
                "--DataDirectory", Path.Join(_folder, "data"), "--HiddenServiceDir", service, "--HiddenServicePort", "80 127.0.0.1:1",
                "--__OwningControllerProcess", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        foreach ((string name, string value) in tor.Environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        try
        {
            // Its keys are in place when it says this. It is killed, not asked to end: asked this early it may abort
            // ("Error locking a mutex", seen with tor 0.4.9.11), which says nothing of the keys.
            List<string> log = [];
            bool isReady = false;
            while (!isReady && await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                log.Add(line);
                isReady = line.Contains("Bootstrapped 0%", StringComparison.Ordinal);
            }

            isReady.Should().BeTrue(string.Join('\n', log));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return (await File.ReadAllTextAsync(Path.Join(service, "hostname"), cancellationToken)).TrimEnd('\n');
    }

    private static async Task<HelperProgram> FindTorAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await new HelperPrograms(new HelperProgramOptions()).FindAsync("tor", null, cancellationToken);
        }
        catch (OverlayException e)
        {
            Assert.Skip($"There is no tor here: {e.Message}");
            throw;
        }
    }
}
