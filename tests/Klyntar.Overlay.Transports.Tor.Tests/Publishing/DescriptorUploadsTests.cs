namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class DescriptorUploadsTests
{
    private readonly DescriptorUploads _uploads = new();

    [Fact]
    public void Two_uploads_are_enough_where_nothing_was_told_of_their_beginning()
    {
        Taken("$A");
        _uploads.AreEnough.Should().BeFalse();
        Taken("$A");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void Each_descriptor_is_with_two_directories()
    {
        Begin(("$A", "now"), ("$B", "now"), ("$C", "now"), ("$D", "next"), ("$E", "next"), ("$F", "next"));
        Taken("$A", "$B", "$C", "$D");
        _uploads.AreEnough.Should().BeFalse("a visitor may ask for the other one");
        Taken("$E");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void One_descriptor_is_not_both()
    {
        Begin(("$A", "next"), ("$B", "next"));
        Taken("$A", "$B");
        _uploads.AreEnough.Should().BeFalse("the other one has introduction points of its own, which may take longer");
        Begin(("$A", "now"), ("$B", "now"));
        Taken("$A");
        _uploads.AreEnough.Should().BeFalse();
        Taken("$B");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void A_directory_that_is_given_both_counts_when_it_has_both()
    {
        Begin(("$A", "now"), ("$B", "now"), ("$C", "now"), ("$A", "next"), ("$B", "next"), ("$C", "next"));
        Taken("$A", "$B", "$C");
        _uploads.AreEnough.Should().BeFalse("all three may be of the same");
        Taken("$A");
        _uploads.AreEnough.Should().BeFalse();
        Taken("$B");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void Once_everybody_has_answered_two_are_enough()
    {
        Begin(("$A", "now"), ("$B", "now"), ("$A", "next"), ("$B", "next"));
        Taken("$A", "$B");
        Refused("$A", "UPLOAD_REJECTED").Should().BeTrue();
        _uploads.AreEnough.Should().BeFalse();
        Refused("$B", "NOT_FOUND").Should().BeTrue();
        _uploads.AreEnough.Should().BeFalse("that is the answer to somebody who asked for it");
        Refused("$B", "UNEXPECTED").Should().BeFalse("it is published now");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void Where_a_filter_hides_the_directories_two_are_enough()
    {
        Begin(("$A", "now"), ("$B", "now"), ("$C", "now"));
        Taken("UNKNOWN", "UNKNOWN");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void A_descriptor_whose_time_is_over_is_awaited_no_more()
    {
        Begin(("$A", "now"), ("$B", "now"), ("$C", "next"), ("$D", "next"));
        Taken("$C", "$D");
        _uploads.AreEnough.Should().BeFalse();
        Begin(("$A", "later"), ("$B", "later"));
        Taken("$A", "$B");
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void What_comes_later_takes_nothing_back()
    {
        Taken("$A", "$B");
        Begin(("$C", "later"));
        Refused("$C", "UPLOAD_REJECTED").Should().BeFalse();
        _uploads.AreEnough.Should().BeTrue();
    }

    [Fact]
    public void More_directories_than_there_can_be_are_not_kept_nor_told_of()
    {
        for (int i = 0; i < 1_000; i++)
        {
            Begin(($"$A{i}", "now"), ("$A", $"{i}"));
        }

        Enumerable.Range(0, 1_000).Count(i => Refused($"$A{i}", "UPLOAD_REJECTED")).Should().Be(32);
        Taken("$A", "$A");
        _uploads.AreEnough.Should().BeTrue("everybody whom it knows has answered");
    }

    private void Begin(params (string Directory, string Id)[] uploads)
    {
        foreach ((string directory, string id) in uploads)
        {
            _uploads.OnUpload(new HsDescEvent("UPLOAD", "abc", directory, null) { DescriptorId = id });
        }
    }

    private void Taken(params string[] directories)
    {
        foreach (string directory in directories)
        {
            _uploads.OnUploaded(new HsDescEvent("UPLOADED", "abc", directory, null));
        }
    }

    private bool Refused(string directory, string reason) => _uploads.OnFailed(new HsDescEvent("FAILED", "abc", directory, reason));
}
