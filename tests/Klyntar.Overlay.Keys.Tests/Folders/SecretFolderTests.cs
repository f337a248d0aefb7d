namespace Klyntar.Overlay.Keys.Tests;

public sealed class SecretFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("755")]
    [InlineData("750")]
    [InlineData("701")]
    [InlineData("770")]
    [InlineData("777")]
    public async Task A_folder_open_to_others_is_refused_with_the_command_that_mends_it(string mode)
    {
        Directory.CreateDirectory(_temporary["keys"]);
        File.SetUnixFileMode(_temporary["keys"], TemporaryFolder.Mode(mode));

        string message = Opening("keys").Should().Throw<OverlayException>().Which.Message;
        message.Should().Contain(_temporary["keys"]).And.Contain($"0{mode}").And.Contain("chmod 700");

        await TemporaryFolder.RunMend(message);
        Opening("keys").Should().NotThrow();
    }

    [Fact]
    public void A_folder_opened_to_others_later_is_refused_from_then_on()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Create("node", [1]);
        File.SetUnixFileMode(_temporary["keys"], TemporaryFolder.Mode("755"));

        folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().WithMessage("*chmod 700*");
        folder.Invoking(f => f.List()).Should().Throw<OverlayException>();
        folder.Invoking(f => f.Create("second", [1])).Should().Throw<OverlayException>();
    }

    [Theory]
    [InlineData("720")]
    [InlineData("702")]
    [InlineData("777")]
    public async Task A_parent_that_others_can_write_is_refused_with_the_command_that_mends_it(string mode)
    {
        SecretFolder.Open(_temporary["parent/keys"]);
        File.SetUnixFileMode(_temporary["parent"], TemporaryFolder.Mode(mode));

        string message = Opening("parent/keys").Should().Throw<OverlayException>().Which.Message;
        message.Should().Contain(_temporary["parent"]).And.Contain($"0{mode}");

        await TemporaryFolder.RunMend(message);
        Opening("parent/keys").Should().NotThrow();
    }

    [Fact]
    public void A_sticky_parent_that_others_can_write_is_accepted()
    {
        Directory.CreateDirectory(_temporary["parent"]);
        File.SetUnixFileMode(_temporary["parent"], TemporaryFolder.Mode("1777"));
        Opening("parent/keys").Should().NotThrow();
    }

    [Fact]
    public async Task A_folder_of_another_user_is_refused_with_the_command_that_mends_it()
    {
        SecretFolder.Open(_temporary["keys"]);
        TemporaryFolder.Give(_temporary["keys"]);

        string message = Opening("keys").Should().Throw<OverlayException>().Which.Message;
        message.Should().Contain($"uid {TemporaryFolder.Stranger}");

        await TemporaryFolder.RunMend(message);
        Opening("keys").Should().NotThrow();
    }

    [Fact]
    public void A_parent_of_another_user_is_refused()
    {
        SecretFolder.Open(_temporary["parent/keys"]);
        TemporaryFolder.Give(_temporary["parent"]);
        Opening("parent/keys").Should().Throw<OverlayException>().WithMessage($"*{_temporary["parent"]} belongs to uid {TemporaryFolder.Stranger}*");
    }

    [Fact]
    public void Symbolic_links_of_ours_are_followed_and_the_real_path_is_told()
    {
        SecretFolder.Open(_temporary["real/keys"]);
        Directory.CreateSymbolicLink(_temporary["absolute"], _temporary["real"]);
        Directory.CreateSymbolicLink(_temporary["relative"], "./absolute/../real");

        SecretFolder.Open(_temporary["absolute/keys"]).Should().Be(_temporary["real/keys"]);
        SecretFolder.Open(_temporary["relative/keys"]).Should().Be(_temporary["real/keys"]);
    }

    [Fact]
    public void The_parents_of_a_links_target_are_checked_too()
    {
        SecretFolder.Open(_temporary["open/keys"]);
        File.SetUnixFileMode(_temporary["open"], TemporaryFolder.Mode("777"));
        Directory.CreateSymbolicLink(_temporary["link"], _temporary["open/keys"]);
        Opening("link").Should().Throw<OverlayException>().WithMessage($"*{_temporary["open"]} can be written by others*");
    }

    [Fact]
    public void A_symbolic_link_of_another_user_is_refused()
    {
        SecretFolder.Open(_temporary["real"]);
        Directory.CreateSymbolicLink(_temporary["link"], _temporary["real"]);
        TemporaryFolder.Give(_temporary["link"]);
        Opening("link").Should().Throw<OverlayException>().WithMessage($"*symbolic link {_temporary["link"]} belongs to uid {TemporaryFolder.Stranger}*");
    }

    [Fact]
    public void Symbolic_links_in_a_circle_are_refused()
    {
        Directory.CreateSymbolicLink(_temporary["a"], "b");
        Directory.CreateSymbolicLink(_temporary["b"], "a");
        Opening("a/keys").Should().Throw<OverlayException>().WithMessage("*too many symbolic links*");
    }

    [Fact]
    public void A_file_in_the_way_is_named()
    {
        File.WriteAllText(_temporary["file"], "");
        Opening("file").Should().Throw<OverlayException>().WithMessage($"{_temporary["file"]} is in the way*");
        Opening("file/keys").Should().Throw<OverlayException>().WithMessage($"{_temporary["file"]} is in the way*");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_with_the_cause()
    {
        Action opening = () => SecretFolder.Open("/proc/klyntar");
        opening.Should().Throw<OverlayException>().WithMessage("The folder /proc/klyntar cannot be made:*");
    }

    private Action Opening(string name) => () => SecretFolder.Open(_temporary[name]);
}
