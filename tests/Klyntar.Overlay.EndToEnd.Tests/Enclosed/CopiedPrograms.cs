namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Copies of programs, which can be taken away.</summary>
internal sealed class CopiedPrograms : IHelperPrograms
{
    private readonly Dictionary<string, HelperProgram> _copies = [];

    public CopiedPrograms(string folder, IReadOnlyDictionary<string, HelperProgram> programs)
    {
        foreach ((string name, HelperProgram program) in programs)
        {
            string copy = Path.Combine(folder, name);
            File.Copy(program.Path, copy);
            _copies[name] = new HelperProgram(copy, "test") { Environment = program.Environment };
        }
    }

    public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) => ValueTask.FromResult(_copies[name]);

    public void TakeAway()
    {
        foreach (HelperProgram copy in _copies.Values)
        {
            File.Delete(copy.Path);
        }
    }
}
