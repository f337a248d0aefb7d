namespace Klyntar.Overlay.Gateway;

/// <summary>Finds helper programs for one transport and remembers the last one, for status.</summary>
internal sealed class RecordingPrograms(IHelperPrograms inner, Action changed) : IHelperPrograms
{
    private volatile HelperProgram? _last;

    public HelperProgram? Last => _last;

    public async ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken)
    {
        HelperProgram found = await inner.FindAsync(name, configuredPath, cancellationToken);
        OnReached(found);
        return found;
    }

    public void OnReached(HelperProgram program)
    {
        _last = program;
        changed();
    }
}
