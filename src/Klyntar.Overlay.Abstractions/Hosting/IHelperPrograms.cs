namespace Klyntar.Overlay;

/// <summary>Finds helper programs, obtaining them where the operator allows it.</summary>
public interface IHelperPrograms
{
    /// <summary>Finds a program.</summary>
    /// <param name="name">Its usual name, such as <c>tor</c>.</param>
    /// <param name="configuredPath">A path from the configuration, which is then the only place looked at; or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">There is none; the message says where was looked and how to get one.</exception>
    ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken);

    /// <summary>Tells of a program that somebody else runs and that the transport uses, for status.</summary>
    /// <param name="program">The program.</param>
    void OnReached(HelperProgram program)
    {
    }
}
