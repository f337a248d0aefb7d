namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Tests that count what the whole process holds: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
