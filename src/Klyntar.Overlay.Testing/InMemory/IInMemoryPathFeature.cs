namespace Klyntar.Overlay.Testing;

/// <summary>Which path through the in-memory overlay a dialled connection takes: what a test of isolation observes.</summary>
public interface IInMemoryPathFeature
{
    /// <summary>The path's number, the same for connections that share it.</summary>
    int Path { get; }
}
