namespace Klyntar.Overlay.Connections.Tests;

public sealed class CopyBuffersTests
{
    private readonly CopyBuffers _buffers = new();

    [Fact]
    public void Receivers_that_stop_reading_cannot_pin_more_than_so_many_large_buffers()
    {
        byte[][] rented = [.. Enumerable.Range(0, 1000).Select(_ => _buffers.Rent(CopyBuffers.Large))];
        rented.Count(b => b.Length == CopyBuffers.Large).Should().Be(32);
        rented.Count(b => b.Length == CopyBuffers.Medium).Should().Be(256);
        rented.Count(b => b.Length == CopyBuffers.Small).Should().Be(1000 - 32 - 256);
        rented.Should().OnlyHaveUniqueItems();

        _buffers.Return(rented.First(b => b.Length == CopyBuffers.Large));
        _buffers.Rent(CopyBuffers.Large).Length.Should().Be(CopyBuffers.Large);
        _buffers.Rent(CopyBuffers.Large).Length.Should().Be(CopyBuffers.Small);
    }

    [Theory]
    [InlineData(CopyBuffers.Small)]
    [InlineData(CopyBuffers.Medium)]
    [InlineData(CopyBuffers.Large)]
    public void The_same_buffers_go_round(int size)
    {
        byte[] first = _buffers.Rent(size);
        first.Length.Should().Be(size);
        _buffers.Return(first);
        _buffers.Rent(size).Should().BeSameAs(first);
    }

    [Fact]
    public void What_a_rush_of_small_buffers_leaves_over_is_not_kept_for_ever()
    {
        byte[][] rush = [.. Enumerable.Range(0, 1100).Select(_ => _buffers.Rent(CopyBuffers.Small))];
        foreach (byte[] buffer in rush)
        {
            _buffers.Return(buffer);
        }

        byte[][] again = [.. Enumerable.Range(0, 1100).Select(_ => _buffers.Rent(CopyBuffers.Small))];
        again.Count(b => rush.Contains(b)).Should().Be(1024);
    }
}
