using System.Diagnostics;

namespace Klyntar.Overlay.Keys.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_second_opening_is_refused_and_told_who_holds_the_folder()
    {
        using DataFolder first = DataFolder.Open(_temporary["data"]);
        Opening.Should().Throw<OverlayException>()
            .WithMessage($"The data folder {_temporary["data"]} is in use by process {Environment.ProcessId}. End that one first, or name another folder.");
    }

    [Fact]
    public void A_closed_folder_can_be_opened_again()
    {
        DataFolder.Open(_temporary["data"]).Dispose();
        Opening.Should().NotThrow();
    }

    [Fact]
    public void A_file_is_replaced_whole_is_private_and_nothing_else_is_left()
    {
        using DataFolder folder = DataFolder.Open(_temporary["data"]);
        File.WriteAllText(_temporary["data/.draft-notes"], "what a crash left, which is longer than what comes");

        folder.Write("notes", "first"u8);
        folder.Write("notes", "2nd"u8);

        File.ReadAllText(_temporary["data/notes"]).Should().Be("2nd");
        Directory.EnumerateFiles(_temporary["data"]).Select(Path.GetFileName).Should().BeEquivalentTo("lock", "pid", "notes");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_temporary["data/notes"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_keeps_what_it_held()
    {
        using DataFolder folder = DataFolder.Open(_temporary["data"]);
        folder.Write("notes", "first"u8);
        Directory.CreateDirectory(_temporary["data/.draft-notes"]);
        Action writing = () => folder.Write("notes", "second"u8);

        writing.Should().Throw<OverlayException>().WithMessage($"The file {_temporary["data/notes"]} cannot be written: *");
        File.ReadAllText(_temporary["data/notes"]).Should().Be("first");
    }

    [Fact]
    public void A_stale_pid_blocks_nobody()
    {
        SecretFolder.Open(_temporary["data"]);
        File.WriteAllText(_temporary["data/lock"], "");
        File.WriteAllText(_temporary["data/pid"], "1\nand more from another version\n");
        using DataFolder folder = DataFolder.Open(_temporary["data"]);
        File.ReadAllText(_temporary["data/pid"]).Should().Be($"{Environment.ProcessId}\n");
    }

    [Fact]
    public async Task Another_process_holds_it_until_it_is_killed()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        SecretFolder.Open(_temporary["data"]);
        ProcessStartInfo sh = new("/bin/sh")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            ArgumentList = { "-c", "umask 077 && exec 9>\"$0/lock\" && flock -n 9 && echo $$ >\"$0/pid\" && echo locked && read _", _temporary["data"] },
        };
        using Process holder = Process.Start(sh)!;
        (await holder.StandardOutput.ReadLineAsync(cancellationToken)).Should().Be("locked");

        Opening.Should().Throw<OverlayException>().WithMessage($"*is in use by process {holder.Id}.*");

        holder.Kill();
        await holder.WaitForExitAsync(cancellationToken);
        Opening.Should().NotThrow();
    }

    [Fact]
    public async Task Of_many_that_open_it_at_once_exactly_one_gets_it()
    {
        for (int round = 0; round < 20; round++)
        {
            using Barrier barrier = new(4);
            DataFolder?[] opened = await Task.WhenAll(Enumerable.Range(0, barrier.ParticipantCount).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    barrier.SignalAndWait();
                    try
                    {
                        return DataFolder.Open(_temporary["data"]);
                    }
                    catch (OverlayException e) when (e.Message.Contains("in use by", StringComparison.Ordinal))
                    {
                        return null;
                    }
                },
                TaskCreationOptions.LongRunning)));
            opened.Count(static o => o is not null).Should().Be(1);
            opened.Single(static o => o is not null)!.Dispose();
        }
    }

    [Fact]
    public void A_holder_that_wrote_no_pid_is_another_process()
    {
        using DataFolder first = DataFolder.Open(_temporary["data"]);
        File.WriteAllText(_temporary["data/pid"], "-17, or so");
        Opening.Should().Throw<OverlayException>().WithMessage("*is in use by another process.*");
    }

    [Fact]
    public void Folders_in_it_are_made_0700_and_names_do_not_leave_it()
    {
        using DataFolder data = DataFolder.Open(_temporary["data"]);
        data.Folder("tor").Should().Be(_temporary["data/tor"]);
        File.GetUnixFileMode(_temporary["data/tor"]).Should().Be(TemporaryFolder.Mode("700"));
        data.Invoking(d => d.Folder("../tor")).Should().Throw<OverlayException>();
    }

    [Fact]
    public void Keys_of_overlays_are_apart_and_open_without_the_lock()
    {
        using DataFolder data = DataFolder.Open(_temporary["data"]);
        data.Keys("tor").Create("node", [1]);
        data.Keys("i2p").Create("node", [2]);

        DataFolder.OpenKeys(_temporary["data"], "tor").Read("node").Should().Equal(1);
        DataFolder.OpenKeys(_temporary["data"], "i2p").Read("node").Should().Equal(2);
        File.Exists(_temporary["data/keys/tor/node"]).Should().BeTrue();
    }

    [Fact]
    public void Client_keys_are_kept_apart_from_identities_under_the_same_rules()
    {
        using DataFolder data = DataFolder.Open(_temporary["data"]);
        DataFolder.HasClientKeys(_temporary["data"], "tor").Should().BeFalse();
        data.Keys("tor").Create("node", [1]);
        data.ClientKeys("tor").Create("node", [2]);

        DataFolder.OpenClientKeys(_temporary["data"], "tor").Read("node").Should().Equal(2);
        DataFolder.HasClientKeys(_temporary["data"], "tor").Should().BeTrue();
        data.Keys("tor").Read("node").Should().Equal(1);
        File.GetUnixFileMode(_temporary["data/keys/tor-auth"]).Should().Be(TemporaryFolder.Mode("700"));
        File.GetUnixFileMode(_temporary["data/keys/tor-auth/node"]).Should().Be(TemporaryFolder.Mode("600"));
    }

    [Fact]
    public void A_data_folder_open_to_others_is_refused()
    {
        Directory.CreateDirectory(_temporary["data"]);
        File.SetUnixFileMode(_temporary["data"], TemporaryFolder.Mode("755"));
        Opening.Should().Throw<OverlayException>().WithMessage("*chmod 700*");
    }

    private Action Opening => () => DataFolder.Open(_temporary["data"]).Dispose();
}
