namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Finds one program that does not exist.</summary>
internal sealed class NoPrograms : IHelperPrograms
{
    public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) =>
        new(new HelperProgram($"/nonexistent/{name}", "these tests"));
}
