using System.Diagnostics;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The cookie of a tor that runs as another user, and files that somebody passes off as one.</summary>
public sealed class ForeignCookieTests : IDisposable
{
    // "nobody", wherever there is one.
    private const uint Other = 65534;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Our_own_may_be_readable_by_our_group()
    {
        string path = Cookie(UnixFileMode.UserRead | UnixFileMode.GroupRead);
        CookieFile.ReadForeign(path, isNamed: false, peer: null).Should().HaveCount(32);
    }

    [Fact]
    public void Another_users_file_counts_where_the_operator_or_the_kernel_names_him_and_not_where_the_control_port_does()
    {
        Assert.SkipUnless(CurrentUser.Id == 0, "Only root gives files away.");
        string path = Cookie(UnixFileMode.UserRead | UnixFileMode.GroupRead);
        GiveAway(path);
        CookieFile.ReadForeign(path, isNamed: true, peer: null).Should().HaveCount(32);
        CookieFile.ReadForeign(path, isNamed: false, peer: Other).Should().HaveCount(32);
        Refusal(path).Should().Contain("transports.tor.cookieFile");
    }

    [Fact]
    public void Whatever_everybody_can_read_proves_nothing() =>
        Refusal(Cookie(UnixFileMode.UserRead | UnixFileMode.OtherRead)).Should().Contain("open to everybody");

    [Fact]
    public void Neither_links_nor_pipes_nor_other_lengths_nor_relative_paths_are_read()
    {
        File.CreateSymbolicLink(_folder["link"], Cookie(UnixFileMode.UserRead));
        Refusal(_folder["link"]).Should().Contain("symbolic link");
        Run("mkfifo", _folder["pipe"]);
        Refusal(_folder["pipe"]).Should().Contain("not a regular file");
        Refusal(_folder.Write("short", new byte[31])).Should().Contain("31 bytes");
        Refusal(_folder.Write("long", new byte[33])).Should().Contain("more than 32 bytes");
        Refusal("cookie").Should().Contain("whole path");
        Refusal(_folder["none"]).Should().Contain("missing");
    }

    [Fact]
    public void A_file_that_is_closed_to_us_is_told_with_its_user_its_group_and_what_to_do()
    {
        Assert.SkipUnless(CurrentUser.Id == 0, "Only root gives files away.");
        string path = Cookie(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        GiveAway(path);
        Keys.ForeignSecretFile.Closed(path, "cookie file").Should().Contain(path).And.Contain("user nobody").And.MatchRegex("adduser \\S+ (nogroup|nobody)");
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Keys.ForeignSecretFile.Closed(path, "cookie file").Should().Contain("user nobody alone");
    }

    private static string Refusal(string path) =>
        FluentActions.Invoking(() => CookieFile.ReadForeign(path, isNamed: false, peer: null)).Should().Throw<OverlayException>().Which.Message;

    private string Cookie(UnixFileMode mode)
    {
        string path = _folder.Write("cookie", new byte[32]);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private static void GiveAway(string path) => Run("chown", $"{Other}:{Other}", path);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }
}
