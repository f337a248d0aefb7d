namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A program that speaks the pluggable-transport protocol, found.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record PtProgram(HelperProgram Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Its name in messages.</summary>
    public string Name => Path.GetFileName(Program.Path);

    /// <summary>Finds a method's program: the one that is configured, else the first usual one.</summary>
    /// <exception cref="OverlayException">There is none; the message says what to do.</exception>
    public static async Task<PtProgram> FindAsync(string method, PluggableProgramOptions? configured, IHelperPrograms programs, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> arguments = configured?.Arguments ?? [];
        if (configured?.Path is { } path)
        {
            // Whether it can be run is seen, and told, whenever it is started.
            return new PtProgram(new HelperProgram(path, $"transports.{PluggableEndPoint.OverlayName}.programs.{method}"), arguments);
        }

        OverlayException? last = null;
        foreach (string name in UsualPrograms.Of(method))
        {
            try
            {
                return new PtProgram(await programs.FindAsync(name, null, cancellationToken), arguments);
            }
            catch (OverlayException e)
            {
                last = e;
            }
        }

        throw last ?? new OverlayException($"No program is usual for {method}. Write its path into transports.{PluggableEndPoint.OverlayName}.programs.{method}.");
    }
}
