using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A router of our own over real i2pds that know nobody. What needs a network is in the sandbox's tests.</summary>
public sealed class ManagedI2pdTests : IDisposable
{
    private readonly TestTransportContext _context = new(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = new RealI2pd() };
    private readonly Channel<RouterRun> _runs = Channel.CreateUnbounded<RouterRun>();
    private readonly Channel<string> _interruptions = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _life = CancellationTokenSource.CreateLinkedTokenSource(Ct);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _life.Dispose();
        _context.Dispose();
    }

    [Theory]
    [InlineData("i2pd")]
    [InlineData("i2pd-trixie")]
    public async Task A_run_begins_when_the_bridge_answers_and_its_end_leaves_no_process(string name)
    {
        using var context = new TestTransportContext { Programs = new RealI2pd(name) };
        using ManagedI2pd router = await PrepareAsync(context);
        Task running = RunAsync(router);

        RouterRun run = await _runs.Reader.ReadAsync(Ct);
        run.IsNew.Should().BeTrue();
        run.Version.Should().StartWith("2.");
        run.Progress!.Current.What.Should().Be("looking for other routers");
        await using (SamConnection bridge = await Bridge(run).OpenAsync(Ct))
        {
            (await bridge.GenerateAsync(Ct)).Destination.Host.Should().EndWith(".b32.i2p");
        }

        int i2pd = RealI2pd.ProcessIdIn(context.Folder);
        await _life.CancelAsync();
        await running;
        await RealI2pd.EndedAsync(i2pd);
        context.Log.Lines.Should().NotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task After_kill_9_it_comes_back_as_the_same_router()
    {
        using ManagedI2pd router = await PrepareAsync(_context);
        Task running = RunAsync(router);
        RouterRun first = await _runs.Reader.ReadAsync(Ct);
        string keys = Path.Join(_context.Folder, "router", "data", "router.keys");
        byte[] before = await File.ReadAllBytesAsync(keys, Ct);
        first.OnWorking();

        using (Process i2pd = Process.GetProcessById(RealI2pd.ProcessIdIn(_context.Folder)))
        {
            i2pd.Kill();
        }

        (await _interruptions.Reader.ReadAsync(Ct)).Should().StartWith("i2pd was ended by SIGKILL");
        _context.Log.Lines.Should().ContainSingle(line => line.Level >= LogLevel.Warning).Which.Message.Should().Contain("its last output: ").And.NotMatchRegex("@[0-9]+/|\\[1;3");
        RouterRun second = await _runs.Reader.ReadAsync(Ct);
        await using (SamConnection bridge = await Bridge(second).OpenAsync(Ct))
        {
            bridge.Version.Should().BeGreaterThanOrEqualTo(new Version(3, 1));
        }

        (await File.ReadAllBytesAsync(keys, Ct)).Should().Equal(before);
        await _life.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Even_while_a_session_is_being_created_it_ends_within_the_grace()
    {
        using ManagedI2pd router = await PrepareAsync(_context);
        Task running = RunAsync(router);
        RouterRun run = await _runs.Reader.ReadAsync(Ct);
        int i2pd = RealI2pd.ProcessIdIn(_context.Folder);
        await using EngineSocket session = await SocketEngine.Portable.ConnectAsync(run.Sam, null, Ct);
        await session.SendAsync(Encoding.ASCII.GetBytes("HELLO VERSION MIN=3.1 MAX=3.1\n"), Ct);
        await session.ReceiveAsync(new byte[200], Ct);
        await session.SendAsync(Encoding.ASCII.GetBytes("SESSION CREATE STYLE=STREAM ID=pending DESTINATION=TRANSIENT SIGNATURE_TYPE=7\n"), Ct);

        await _life.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await RealI2pd.EndedAsync(i2pd);
    }

    [Fact]
    public async Task Its_doors_are_the_bridge_on_loopback_and_the_routers_own_and_its_configuration_is_ours_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Who listens where is told by Linux.");
        using ManagedI2pd router = await PrepareAsync(_context);
        Task running = RunAsync(router);
        RouterRun run = await _runs.Reader.ReadAsync(Ct);
        int i2pd = RealI2pd.ProcessIdIn(_context.Folder);

        IPEndPoint[] doors = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(e => e.Address.Equals(IPAddress.Loopback) && OwnListener.IsOf(i2pd, e))];
        doors.Should().HaveCount(2).And.Contain((IPEndPoint)run.Sam);
        string conf = Path.Join(_context.Folder, "router", "i2pd.conf");
        File.GetUnixFileMode(conf).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(conf, Ct)).Should().Contain("netid=77");
        (await File.ReadAllTextAsync($"/proc/{i2pd.ToString(CultureInfo.InvariantCulture)}/cmdline", Ct)).Should().NotContain("netid").And.Contain("--certsdir=");
        await _life.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_i2pd_would_take_no_notice_of_is_refused_by_name()
    {
        Func<Task> prepare = () => PrepareAsync(_context, [.. RealI2pd.Alone, "ntcp2.prot=1"]);
        (await prepare.Should().ThrowAsync<OverlayException>()).WithMessage("The configuration of the I2P transport is not valid. ntcp2.prot is no setting of this i2pd. Correct or remove the line.");
    }

    [Fact]
    public async Task What_we_refuse_is_told_before_i2pd_is_looked_for()
    {
        using var context = new TestTransportContext();
        Func<Task> prepare = () => PrepareAsync(context, ["sam.port=1", "http.enabled=true"]);
        (await prepare.Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain("i2pdConf[0]").And.Contain("i2pdConf[1]");
    }

    [Fact]
    public async Task Two_on_one_folder_are_refused()
    {
        using (await PrepareAsync(_context))
        {
            Func<Task> second = () => PrepareAsync(_context);
            await second.Should().ThrowAsync<OverlayException>().WithMessage("*in use*");
        }

        using ManagedI2pd third = await PrepareAsync(_context);
    }

    [Fact]
    public async Task A_value_that_i2pd_refuses_is_told_in_its_own_words_and_tried_again()
    {
        using ManagedI2pd router = await PrepareAsync(_context, [.. RealI2pd.Alone, "ntcp2.port=nothing"]);
        Task running = RunAsync(router);
        (await _interruptions.Reader.ReadAsync(Ct)).Should().Contain("nothing").And.Contain("ntcp2.port");
        await _life.CancelAsync();
        await running;
    }

    private static SamBridge Bridge(RouterRun run) => new(SocketEngine.Portable, run.Sam, new SamConnectionOptions());

    private static Task<ManagedI2pd> PrepareAsync(ITransportContext context, string[]? lines = null) =>
        ManagedI2pd.PrepareAsync(new I2pdSettings(null, lines ?? RealI2pd.Alone), SocketEngine.Portable, context, Ct);

    private Task RunAsync(ManagedI2pd router) => router.RunAsync(
        async (run, ended) =>
        {
            _runs.Writer.TryWrite(run);
            await Task.Delay(Timeout.Infinite, ended);
        },
        why => _interruptions.Writer.TryWrite(why),
        _life.Token);
}
