namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Finds one program, whatever is asked for.</summary>
internal sealed class OneProgram(HelperProgram program) : IHelperPrograms
{
    public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) => ValueTask.FromResult(program);
}
