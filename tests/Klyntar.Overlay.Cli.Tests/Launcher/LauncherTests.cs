using System.Diagnostics;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class LauncherTests : IDisposable
{
    private readonly LauncherTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Five_first_calls_at_once_build_once()
    {
        CliResult[] results = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _tree.RunAsync(_tree.Launcher, $"{i}")));

        results.Select(r => r.Output).Should().Equal(Enumerable.Range(0, 5).Select(i => $"build 1: {i}\n"));
        _tree.Calls.Should().Be(1);
    }

    [Fact]
    public async Task It_builds_again_only_when_sources_have_changed()
    {
        await _tree.RunAsync(_tree.Launcher);
        (await _tree.RunAsync(_tree.Launcher)).Output.Should().StartWith("build 1");
        _tree.ChangeSource();
        (await _tree.RunAsync(_tree.Launcher)).Output.Should().StartWith("build 2");
        (await _tree.RunAsync(_tree.Launcher)).Output.Should().StartWith("build 2");
    }

    [Fact]
    public async Task It_works_through_a_symbolic_link_and_passes_arguments_unchanged()
    {
        string link = Path.Join(_tree.Home, "link");
        File.CreateSymbolicLink(link, _tree.Launcher);

        (await _tree.RunAsync(link, "a b", "*", "")).Output.Should().Be("build 1: a b * \n");
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_output_and_exits_1_and_the_next_call_tries_again()
    {
        _tree.Mode("broken");
        CliResult failed = await _tree.RunAsync(_tree.Launcher);
        failed.ExitCode.Should().Be(1);
        failed.Output.Should().BeEmpty();
        failed.Error.Should().Contain("error CS1002").And.Contain("klyntar-overlay: the build failed");
        _tree.Calls.Should().Be(1, "only a missing package is worth a second try");
        _tree.Builds.Should().BeEmpty();

        _tree.Mode("programs");
        (await _tree.RunAsync(_tree.Launcher)).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Without_the_package_for_compiling_ahead_of_time_it_builds_without()
    {
        _tree.Mode("no-package");

        (await _tree.RunAsync(_tree.Launcher)).Output.Should().StartWith("build 2");
    }

    [Fact]
    public async Task A_build_server_that_stays_does_not_keep_the_lock()
    {
        _tree.Mode("server");
        await _tree.RunAsync(_tree.Launcher);
        using Process server = Process.GetProcessById(_tree.Server());
        try
        {
            _tree.Mode("programs");
            _tree.ChangeSource();
            (await _tree.RunAsync(_tree.Launcher)).Output.Should().StartWith("build 2");
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task A_program_that_runs_keeps_its_files()
    {
        _tree.Mode("sleeper");
        await _tree.RunAsync(_tree.Launcher, "0");
        string first = _tree.Builds.Single();
        using Process running = _tree.Start(_tree.Launcher, "600");
        try
        {
            // The launcher has become the program once this is its file.
            string executable = Path.Join(first, "klyntar-overlay");
            while (new FileInfo($"/proc/{running.Id}/exe").LinkTarget != executable)
            {
                await Task.Yield();
            }

            _tree.Mode("programs");
            for (int i = 0; i < 3; i++)
            {
                _tree.ChangeSource();
                await _tree.RunAsync(_tree.Launcher);
            }

            _tree.Builds.Should().Contain(first).And.HaveCount(3, "that one, the newest and the one before");
        }
        finally
        {
            running.Kill();
        }
    }
}
