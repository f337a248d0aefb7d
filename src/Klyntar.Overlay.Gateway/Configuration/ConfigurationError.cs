namespace Klyntar.Overlay.Gateway;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Path">Where, as a JSON path such as <c>socks[0].listen</c>; empty for the whole file.</param>
/// <param name="Line">The line, from 1; 0 where the options do not come from a file.</param>
/// <param name="Column">The column, from 1, in characters; 0 where the options do not come from a file.</param>
/// <param name="Reason">What is wrong, as a sentence.</param>
/// <param name="Advice">What to write instead, as a sentence.</param>
public sealed record ConfigurationError(string Path, int Line, int Column, string Reason, string Advice)
{
    /// <summary>Place, reason and advice on one line.</summary>
    public override string ToString()
    {
        string place = (Path.Length, Line) switch
        {
            (0, 0) => "",
            (0, _) => $"{Line}:{Column}: ",
            (_, 0) => $"{Path}: ",
            _ => $"{Line}:{Column}: {Path}: ",
        };
        return $"{place}{Reason} {Advice}".TrimEnd();
    }
}
