using CsCheck;

namespace Klyntar.Overlay.Keys.Tests;

public sealed class KeyFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_missing_folder_is_made_0700_with_its_parents_and_keys_are_0600()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["a/b/keys"]);
        folder.Create("node", [1, 2, 3]);

        foreach (string made in new[] { "a", "a/b", "a/b/keys" })
        {
            File.GetUnixFileMode(_temporary[made]).Should().Be(TemporaryFolder.Mode("700"), made);
        }

        File.GetUnixFileMode(_temporary["a/b/keys/node"]).Should().Be(TemporaryFolder.Mode("600"));
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(_temporary["a/b/keys/node"]);
    }

    [Fact]
    public void A_key_is_read_back_as_it_was_kept()
    {
        byte[] secret = new byte[KeyFolder.MaxSecretSize];
        Random.Shared.NextBytes(secret);
        KeyFolder.Open(_temporary["keys"]).Create("node", secret);

        KeyFolder again = KeyFolder.Open(_temporary["keys"]);
        again.Read("node").Should().Equal(secret);
        again.Read("other").Should().BeNull();
    }

    [Fact]
    public void Names_are_listed_in_ordinal_order_and_other_files_are_not_keys()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        foreach (string name in new[] { "b", "a-1", "a_1", "a.1", "10", "9" })
        {
            folder.Create(name, [1]);
        }

        File.WriteAllText(Path.Join(folder.Path, "README.txt"), "no key");
        File.WriteAllText(Path.Join(folder.Path, ".hidden"), "no key");
        Directory.CreateDirectory(Path.Join(folder.Path, "sub"));

        folder.List().Should().Equal("10", "9", "a-1", "a.1", "a_1", "b");
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_the_first_key_stays()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Create("node", [1]);

        folder.Invoking(f => f.Create("node", [2])).Should().Throw<OverlayException>()
            .WithMessage($"*{_temporary["keys/node"]} exists, and keys are never overwritten*");
        folder.Read("node").Should().Equal(1);
        Directory.GetFiles(folder.Path).Should().HaveCount(1);
    }

    [Fact]
    public void A_broken_symbolic_link_in_a_keys_place_is_not_written_through()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        File.CreateSymbolicLink(_temporary["keys/node"], _temporary["elsewhere"]);

        folder.Invoking(f => f.Create("node", [2])).Should().Throw<OverlayException>().WithMessage("*exists*");
        File.Exists(_temporary["elsewhere"]).Should().BeFalse();
    }

    [Fact]
    public void Of_many_that_create_one_name_at_once_exactly_one_wins()
    {
        const int Writers = 16;
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        int winner = -1;
        int refused = 0;
        Parallel.For(0, Writers, i =>
        {
            try
            {
                // Each opens the folder anew, and so cleans up while the others write.
                KeyFolder.Open(_temporary["keys"]).Create("node", Enumerable.Repeat((byte)i, 4096).ToArray());
                Interlocked.Exchange(ref winner, i).Should().Be(-1);
            }
            catch (OverlayException e) when (e.Message.Contains("exists", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref refused);
            }
        });

        refused.Should().Be(Writers - 1);
        folder.Read("node").Should().Equal(Enumerable.Repeat((byte)winner, 4096));
        Directory.GetFiles(folder.Path).Should().HaveCount(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../node")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("Node")]
    [InlineData("no de")]
    [InlineData("node\n")]
    [InlineData("node\0")]
    [InlineData("nöde")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void A_name_that_could_be_another_file_is_refused(string name)
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Invoking(f => f.Read(name)).Should().Throw<OverlayException>().WithMessage("A key cannot be named*Use at most 64 lower case letters*");
        folder.Invoking(f => f.Create(name, [1])).Should().Throw<OverlayException>();
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void No_name_leaves_the_folder()
    {
        Gen.String[Gen.Char["ab/.\\-_\0 \nA~0é"], 0, 70].Sample(name =>
        {
            if (KeyName.IsValid(name))
            {
                string path = Path.GetFullPath(Path.Join("/keys", name));
                path.Should().Be("/keys/" + name);
                Path.GetDirectoryName(path).Should().Be("/keys");
            }
        });
    }

    [Fact]
    public void A_refused_name_reaches_the_terminal_without_control_characters()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Invoking(f => f.Read("\u001b[31m\u0007")).Should().Throw<OverlayException>().Which.Message.Should().Contain("\"?[31m?\"");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(KeyFolder.MaxSecretSize + 1)]
    public void A_secret_of_no_or_too_many_bytes_is_not_kept(int size)
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Invoking(f => f.Create("node", new byte[size])).Should().Throw<OverlayException>().WithMessage($"*{size} bytes*");
        folder.List().Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(KeyFolder.MaxSecretSize + 1)]
    public void A_key_file_of_no_or_too_many_bytes_is_refused(int size)
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        WriteKey(new byte[size]);
        folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().WithMessage($"*{_temporary["keys/node"]} has {size} bytes*");
    }

    [Theory]
    [InlineData("640")]
    [InlineData("604")]
    [InlineData("602")]
    [InlineData("610")]
    [InlineData("601")]
    [InlineData("644")]
    public async Task A_key_file_open_to_others_is_refused_with_the_command_that_mends_it(string mode)
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        WriteKey([7], mode);

        string message = folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().Which.Message;
        message.Should().Contain(_temporary["keys/node"]).And.Contain($"0{mode}").And.Contain("chmod 600");

        await TemporaryFolder.RunMend(message);
        folder.Read("node").Should().Equal(7);
    }

    [Fact]
    public void A_key_file_that_even_we_may_not_write_is_read()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        WriteKey([7], "400");
        folder.Read("node").Should().Equal(7);
    }

    [Fact]
    public async Task A_key_file_of_another_user_is_refused_with_the_command_that_mends_it()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        WriteKey([7]);
        TemporaryFolder.Give(_temporary["keys/node"]);

        string message = folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().Which.Message;
        message.Should().Contain(_temporary["keys/node"]).And.Contain($"uid {TemporaryFolder.Stranger}");

        await TemporaryFolder.RunMend(message);
        folder.Read("node").Should().Equal(7);
    }

    [Fact]
    public void A_symbolic_link_is_no_key()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.Create("other", [1]);
        File.CreateSymbolicLink(_temporary["keys/node"], "other");
        folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().WithMessage("*node is a symbolic link*");
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        TemporaryFolder.MakePipe(_temporary["keys/node"]);
        folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().WithMessage("*node is not a regular file*");
    }

    [Fact]
    public void A_folder_in_a_keys_place_is_refused()
    {
        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        Directory.CreateDirectory(_temporary["keys/node"]);
        folder.Invoking(f => f.Read("node")).Should().Throw<OverlayException>().WithMessage("*node is not a regular file*");
        folder.Invoking(f => f.Create("node", [1])).Should().Throw<OverlayException>().WithMessage("*exists*");
    }

    [Fact]
    public void What_a_crash_left_half_written_is_no_key_and_is_removed_at_the_next_start()
    {
        string left = Path.Join(KeyFolder.Open(_temporary["keys"]).Path, ".draft-0123456789abcdef");
        File.WriteAllBytes(left, [1, 2]);

        KeyFolder folder = KeyFolder.Open(_temporary["keys"]);
        folder.List().Should().BeEmpty();
        File.Exists(left).Should().BeFalse();
    }

    [Fact]
    public void A_draft_that_another_process_is_writing_stays()
    {
        string path = Path.Join(KeyFolder.Open(_temporary["keys"]).Path, ".draft-0123456789abcdef");
        using FileStream draft = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

        KeyFolder.Open(_temporary["keys"]);
        File.Exists(path).Should().BeTrue();
    }

    private void WriteKey(byte[] secret, string mode = "600")
    {
        File.WriteAllBytes(_temporary["keys/node"], secret);
        File.SetUnixFileMode(_temporary["keys/node"], TemporaryFolder.Mode(mode));
    }
}
