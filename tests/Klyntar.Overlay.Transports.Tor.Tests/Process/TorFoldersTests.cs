namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorFoldersTests : IDisposable
{
    private const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_ours_alone()
    {
        using TorFolders folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);
        folders.ControlSocket.Should().StartWith(_folder.Path);
        foreach (string folder in (string[])[folders.Data, Path.GetDirectoryName(folders.ControlSocket)!])
        {
            File.GetUnixFileMode(folder).Should().Be(Ours);
        }
    }

    [Theory]
    [InlineData("a name with spaces")]
    [InlineData("a-name-that-is-much-too-long-for-the-address-of-a-unix-socket-which-has-104-bytes-at-most-with-its-zero")]
    [InlineData("naïve")]
    public void Where_the_path_is_unfit_the_sockets_are_in_a_short_folder_that_goes_with_us(string name)
    {
        string root = Directory.CreateDirectory(_folder[name], Ours).FullName;
        string sockets;
        using (TorFolders folders = TorFolders.Prepare(root, usesUnixSockets: true))
        {
            sockets = Path.GetDirectoryName(folders.ControlSocket)!;
            sockets.Should().NotStartWith(root);
            TorFolders.IsFit(sockets).Should().BeTrue();
            File.GetUnixFileMode(sockets).Should().Be(Ours);
        }

        Directory.Exists(sockets).Should().BeFalse();
    }

    [Fact]
    public void A_short_folder_that_a_crash_left_is_removed_at_the_next_start()
    {
        string root = Directory.CreateDirectory(_folder["a b"], Ours).FullName;
        TorFolders crashed = TorFolders.Prepare(root, usesUnixSockets: true);
        string left = Path.GetDirectoryName(crashed.ControlSocket)!;
        File.WriteAllText(Path.Join(left, "v1"), "");
        using TorFolders next = TorFolders.Prepare(root, usesUnixSockets: true);
        Directory.Exists(left).Should().BeFalse();
        next.ControlSocket.Should().NotStartWith(left);
    }

    [Fact]
    public void A_note_that_names_another_folder_removes_nothing()
    {
        string precious = Directory.CreateDirectory(_folder["precious"], Ours).FullName;
        File.WriteAllText(_folder["runtime"], precious);
        using TorFolders folders = TorFolders.Prepare(_folder.Path, usesUnixSockets: true);
        Directory.Exists(precious).Should().BeTrue();
    }

    [Fact]
    public void A_folder_that_others_can_write_is_refused()
    {
        Directory.CreateDirectory(_folder["run"], Ours);
        File.SetUnixFileMode(_folder["run"], Ours | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        FluentActions.Invoking(() => TorFolders.Prepare(_folder.Path, usesUnixSockets: true)).Should().Throw<OverlayException>();
    }

    [Fact]
    public void The_limit_is_that_of_the_smallest_platform()
    {
        string longest = "/" + new string('a', TorFolders.LongestSocketPath - 14);
        TorFolders.IsFit(longest).Should().BeTrue();
        TorFolders.IsFit(longest + "a").Should().BeFalse();
    }
}
