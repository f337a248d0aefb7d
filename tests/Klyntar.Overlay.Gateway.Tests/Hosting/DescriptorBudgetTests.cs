namespace Klyntar.Overlay.Gateway.Tests;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(1024, 256)]
    [InlineData(20_000, 9_744)]
    [InlineData(long.MaxValue, 32_768)]
    public void A_connection_takes_two_descriptors_and_some_are_kept(long descriptors, int expected) =>
        DescriptorBudget.Connections(descriptors).Should().Be(expected);

    [Fact]
    public void Doors_share_what_there_is() =>
        DescriptorBudget.ConnectionsPerDoor(2).Should().Be(DescriptorBudget.ConnectionsPerDoor(1) / 2);
}
