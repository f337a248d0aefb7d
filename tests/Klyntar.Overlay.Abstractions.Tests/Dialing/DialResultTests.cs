using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class DialResultTests
{
    [Fact]
    public void A_result_that_nobody_made_is_a_failure_that_asks_to_be_reported()
    {
        DialResult result = default;
        result.IsConnected.Should().BeFalse();
        result.Connection.Should().BeNull();
        result.Error!.Kind.Should().Be(DialErrorKind.Internal);
    }

    [Fact]
    public async Task A_result_is_either_a_connection_or_an_error()
    {
        await using ConnectionContext connection = new DefaultConnectionContext();
        DialResult connected = connection;
        connected.IsConnected.Should().BeTrue();
        connected.Connection.Should().BeSameAs(connection);
        connected.Error.Should().BeNull();

        var error = new DialError(DialErrorKind.Refused);
        DialResult failed = error;
        failed.IsConnected.Should().BeFalse();
        failed.Connection.Should().BeNull();
        failed.Error.Should().BeSameAs(error);
    }

    [Fact]
    public void A_result_of_nothing_is_a_bug()
    {
        Action connection = () => DialResult.FromConnectionContext(null!);
        Action error = () => DialResult.FromDialError(null!);
        connection.Should().Throw<ArgumentNullException>();
        error.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_request_asks_for_no_isolation_no_deadline_and_runs_over_nothing_unless_told()
    {
        var request = new DialRequest(new SampleEndPoint("abc.example", 80));
        request.Isolation.Should().Be(IsolationKey.Shared);
        request.Deadline.IsSet.Should().BeFalse();
        request.Via.Should().BeEmpty();
    }
}
