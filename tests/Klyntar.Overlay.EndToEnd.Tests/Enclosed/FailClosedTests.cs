using System.Diagnostics;
using System.Text.Json;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Whatever happens, nothing leaves the machine by another road.</summary>
public sealed class FailClosedTests(PrivateTor network)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_tor_and_i2pd_every_dial_gets_a_clear_reply_and_no_packet_and_no_look_up_leaves()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Network namespaces are Linux's.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root makes network namespaces.");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "There is no /dev/net/tun to watch the way out with.");
        await using NetworkNamespace enclosed = await NetworkNamespace.CreateAsync(Cancelled);
        Assert.SkipUnless(enclosed.Refusal is null, $"No network namespace can be made: {enclosed.Refusal}");

        EnclosedReport report = await enclosed.RunAsync(network, Cancelled);

        TestContext.Current.TestOutputHelper!.WriteLine(JsonSerializer.Serialize(report));
        report.WasReached.Should().BeTrue("else what follows says nothing");
        report.ControlPackets.Should().Contain(p => p.StartsWith("UDP 192.0.2.53:53", StringComparison.Ordinal), "a look-up by the system's resolver is seen");
        report.ControlPackets.Should().Contain("UDP 198.51.100.1:9");
        report.Packets.Should().BeEmpty();
        report.RepliesWhileUp["i2p"].Should().Be(4, "the router's address book alone is asked for such a name");
        report.RepliesWhileUp.Where(r => r.Key != "i2p").Should().OnlyContain(r => r.Value == 2, "what is no overlay name is not allowed");
        report.RepliesWhileDown.Where(r => r.Key.Contains('.', StringComparison.Ordinal) || r.Key == "localhost").Should().OnlyContain(r => r.Value == 2);
        report.RepliesWhileDown["onion"].Should().Be(3, "the transport is not ready");
        report.RepliesWhileDown["i2p"].Should().Be(3, "neither is the other");
        report.RepliesWhileDown["zeronet"].Should().NotBe(0, "what it runs over is down, and it knows no other way");
        report.RepliesWhileDown["SOCKS4a"].Should().Be(91, "SOCKS4 knows one refusal");
        report.RepliesWhileDown["RESOLVE"].Should().NotBe(0);
        report.RepliesWhileDown["CONNECT"].Should().Be('5', "HTTP answers 5xx");
        report.StatusWhileDown.Should().SatisfyRespectively(
            i2p => i2p.Should().StartWith("i2p Degraded: "), tor => tor.Should().StartWith("tor Degraded: "), zeronet => zeronet.Should().StartWith("zeronet Degraded: "));
    }

    /// <summary>A network namespace with a resolver of its own, which answers nobody.</summary>
    private sealed class NetworkNamespace : IAsyncDisposable
    {
        private readonly string _name = $"klyntar-{Guid.NewGuid():n}"[..16];

        private string ResolverFolder => $"/etc/netns/{_name}";

        /// <summary>Why it could not be made, or null.</summary>
        public string? Refusal { get; private set; }

        public static async Task<NetworkNamespace> CreateAsync(CancellationToken cancellationToken)
        {
            var made = new NetworkNamespace();
            try
            {
                (int exit, _, string error) = await RunAsync(["netns", "add", made._name], cancellationToken);
                made.Refusal = exit == 0 ? null : error.Trim();
                if (exit == 0)
                {
                    // 'ip netns exec' puts this in the place of /etc/resolv.conf.
                    Directory.CreateDirectory(made.ResolverFolder);
                    await File.WriteAllTextAsync(Path.Combine(made.ResolverFolder, "resolv.conf"), "nameserver 192.0.2.53\noptions timeout:1 attempts:1\n", cancellationToken);
                }
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                made.Refusal = $"ip: {e.Message}";
            }

            return made;
        }

        public async Task<EnclosedReport> RunAsync(PrivateTor network, CancellationToken cancellationToken)
        {
            string self = Path.ChangeExtension(typeof(FailClosedTests).Assembly.Location, null);
            var programs = new Dictionary<string, HelperProgram> { ["tor"] = network.Program, ["i2pd"] = await PrivateI2P.Programs.FindAsync("i2pd", PrivateI2P.GivenPath, cancellationToken) };
            string[] arguments = ["netns", "exec", _name, self, EnclosedMachine.Mode, JsonSerializer.Serialize(programs)];
            (int exit, string output, string error) = await RunAsync(arguments, cancellationToken);
            exit.Should().Be(0, $"the enclosed machine ends well, but said: {error}");
            return JsonSerializer.Deserialize<EnclosedReport>(output)!;
        }

        public async ValueTask DisposeAsync()
        {
            if (Refusal is null)
            {
                await RunAsync(["netns", "del", _name], CancellationToken.None);
                Directory.Delete(ResolverFolder, recursive: true);
            }
        }

        private static async Task<(int Exit, string Output, string Error)> RunAsync(string[] arguments, CancellationToken cancellationToken)
        {
            var info = new ProcessStartInfo("ip") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in arguments)
            {
                info.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(info)!;
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
                Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return (process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }
}
