using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes tor's lines of the configured bridges, and finds the programs of the pluggable transports that they name.</summary>
internal static class Bridges
{
    private const int MostBridges = 64;

    // The program that speaks a transport, where everybody uses the same.
    private static readonly Dictionary<string, string> Usual = new(StringComparer.Ordinal) { ["obfs4"] = "obfs4proxy" };

    /// <summary>The lines for tor's configuration; none where there are no bridges.</summary>
    /// <exception cref="OverlayException">A line is not valid, or a program is missing; the message says what to do.</exception>
    public static async ValueTask<ImmutableArray<string>> LinesAsync(TorOptions options, IHelperPrograms programs, CancellationToken cancellationToken)
    {
        if (options.Bridges.Count == 0)
        {
            return options.PluggableTransports.Count == 0
                ? []
                : throw new OverlayException("transports.tor.pluggableTransports is set, and transports.tor.bridges names no bridge. Add the bridges, or remove the programs.");
        }

        if (options.Bridges.Count > MostBridges)
        {
            throw new OverlayException($"transports.tor.bridges has {options.Bridges.Count} bridges, and {MostBridges} are allowed. Keep those that work.");
        }

        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add("UseBridges 1");
        BridgeLine[] bridges = [.. options.Bridges.Select(Read)];
        foreach (string transport in bridges.Select(b => b.Transport).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            lines.Add($"ClientTransportPlugin {transport} exec {await ProgramAsync(transport, options, programs, cancellationToken)}");
        }

        lines.AddRange(bridges.Select(b => $"Bridge {b.Value}"));
        return lines.ToImmutable();
    }

    private static BridgeLine Read(string line, int index)
    {
        (BridgeLine? bridge, string? problem) = BridgeLine.Parse(line);
        return bridge ?? throw new OverlayException($"transports.tor.bridges[{index}] is not valid: {problem}");
    }

    private static async ValueTask<string> ProgramAsync(string transport, TorOptions options, IHelperPrograms programs, CancellationToken cancellationToken)
    {
        string? configured = options.PluggableTransports.GetValueOrDefault(transport);
        if (configured is null && !Usual.ContainsKey(transport))
        {
            throw new OverlayException($"A bridge needs the pluggable transport {transport}, whose program is not known here. Install it, and set transports.tor.pluggableTransports.{transport} to its path.");
        }

        HelperProgram program = await programs.FindAsync(Usual.GetValueOrDefault(transport, transport.ToLowerInvariant()), configured, cancellationToken);

        // Tor splits the line at blanks and has no way to quote one (tor(1), ClientTransportPlugin).
        return program.Path.Any(char.IsWhiteSpace)
            ? throw new OverlayException($"The program {program.Path} of the pluggable transport {transport} has a blank in its path, which tor does not take. Move it, or link to it from elsewhere.")
            : program.Path;
    }
}
