using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Testing.Tests;

public sealed class TestTransportContextTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_folder_is_there_for_its_owner_alone_and_goes_with_the_context()
    {
        var context = new TestTransportContext();
        Directory.Exists(context.Folder).Should().BeTrue();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(context.Folder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(Path.Combine(context.Folder, "state"), "x");
        context.Dispose();
        Directory.Exists(context.Folder).Should().BeFalse();
        context.Invoking(c => c.Dispose()).Should().NotThrow();
    }

    [Fact]
    public void The_clock_is_the_one_that_was_given()
    {
        var clock = new FakeTimeProvider();
        using var context = new TestTransportContext(clock);
        context.Clock.Should().BeSameAs(clock);
    }

    [Fact]
    public void Log_lines_are_kept_at_every_level_and_passed_on()
    {
        List<string> output = [];
        using var context = new TestTransportContext(output: output.Add);
        ILogger logger = context.Loggers.CreateLogger("part");
        logger.LogTrace("one {Number}", 1);
        logger.LogError(new IOException("why"), "two");
        context.Log.Lines.Select(line => (line.Level, line.Category, line.Message)).Should().Equal((LogLevel.Trace, "part", "one 1"), (LogLevel.Error, "part", "two"));
        context.Log.Lines[1].ToString().Should().Contain("why");
        output.Should().HaveCount(2);
    }

    [Fact]
    public void An_output_whose_test_has_ended_disturbs_nobody()
    {
        using var context = new TestTransportContext(output: _ => throw new InvalidOperationException("There is no currently active test."));
        context.Loggers.CreateLogger("part").LogInformation("late");
        context.Log.Lines.Should().HaveCount(1);
    }

    [Fact]
    public async Task Without_a_gateway_nothing_else_is_dialled_published_or_started()
    {
        using var context = new TestTransportContext();
        InMemoryTransport transport = new InMemoryOverlay().CreateTransport();
        OverlayEndPoint endPoint = transport.Parse(transport.Identities!.Create().Address, 1).EndPoint!;
        (await context.DialAsync(new DialRequest(endPoint), Stop)).Error!.Kind.Should().Be(DialErrorKind.NotAnOverlayName);
        var definition = new ServiceDefinition { Name = "x", Identity = transport.Identities.Create(), Ports = [1] };
        (await context.PublishAsync("tor", definition, Stop)).Error!.Kind.Should().Be(PublishErrorKind.NotSupported);
        await context.Invoking(async c => await c.Programs.FindAsync("tor", null, Stop)).Should().ThrowAsync<OverlayException>().WithMessage("*'tor'*override CreateContext*Programs*");
    }

    [Fact]
    public async Task A_program_whose_path_is_configured_is_found_there_and_nowhere_else()
    {
        using var context = new TestTransportContext();
        string path = Path.Combine(context.Folder, "hubd");
        await RefusedAsync("hubd", "is not an absolute path");
        await RefusedAsync(context.Folder, "is a folder");
        await RefusedAsync(path, "does not exist");
        await File.WriteAllTextAsync(path, "", Stop);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await RefusedAsync(path, "is not an executable file");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        (await context.Programs.FindAsync("hubd", path, Stop)).Should().Be(new HelperProgram(path, "configured"));

        async Task RefusedAsync(string configured, string why) =>
            (await context.Invoking(async c => await c.Programs.FindAsync("hubd", configured, Stop)).Should().ThrowAsync<OverlayException>()).Which.Message.Should().Contain($"hubd, {configured}, {why}.");
    }

    [Fact]
    public void Keys_are_kept_once_and_given_out_as_copies()
    {
        var keys = new InMemoryKeyStore();
        keys.Create("b", [1, 2]);
        keys.Create("a.key_1", []);
        keys.Read("b")![0] = 9;
        keys.Read("b").Should().Equal(1, 2);
        keys.Read("none").Should().BeNull();
        keys.List().Should().Equal("a.key_1", "b");
        keys.Invoking(k => k.Create("b", [3])).Should().Throw<OverlayException>();
        keys.Invoking(k => k.Create("big", new byte[65_537])).Should().Throw<OverlayException>();
        foreach (string name in (string[])[".hidden", "Upper", "a/b", "a b", new string('a', 65)])
        {
            keys.Invoking(k => k.Create(name, [1])).Should().Throw<ArgumentException>();
            keys.Invoking(k => k.Read(name)).Should().Throw<ArgumentException>();
        }
    }
}
