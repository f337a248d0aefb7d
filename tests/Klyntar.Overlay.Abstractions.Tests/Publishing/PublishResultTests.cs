namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class PublishResultTests
{
    [Fact]
    public void A_result_that_nobody_made_is_a_refusal_that_asks_to_be_reported()
    {
        PublishResult result = default;
        result.IsAccepted.Should().BeFalse();
        result.Service.Should().BeNull();
        result.Error!.Kind.Should().Be(PublishErrorKind.Internal);
        result.Error.Message.Should().Contain("report");
    }

    [Fact]
    public void A_refusal_carries_its_error()
    {
        var error = new PublishError(PublishErrorKind.InvalidPorts, "Port 0 cannot be published. Choose one from 1 to 65535.");
        PublishResult result = error;
        result.IsAccepted.Should().BeFalse();
        result.Error.Should().BeSameAs(error);
        error.ToString().Should().Be(error.Message);
    }

    [Fact]
    public void A_result_of_nothing_is_a_bug()
    {
        Action service = () => PublishResult.FromService(null!);
        Action error = () => PublishResult.FromPublishError(null!);
        service.Should().Throw<ArgumentNullException>();
        error.Should().Throw<ArgumentNullException>();
    }
}
