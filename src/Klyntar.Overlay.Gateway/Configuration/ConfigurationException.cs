using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>The configuration is wrong; all that is wrong with it is told at once.</summary>
public sealed class ConfigurationException : OverlayException
{
    /// <summary>Makes an exception without errors. Prefer the one with errors.</summary>
    public ConfigurationException()
    {
    }

    /// <summary>Makes an exception without errors. Prefer the one with errors.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception without errors. Prefer the one with errors.</summary>
    public ConfigurationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="source">The file's path, or what else the options come from.</param>
    /// <param name="errors">At least one, in the order of the file.</param>
    public ConfigurationException(string source, ImmutableArray<ConfigurationError> errors)
        : base(Describe(source, errors))
        => Errors = errors;

    /// <summary>What is wrong, in the order of the file.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; } = [];

    private static string Describe(string source, ImmutableArray<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(source);
        string count = errors.Length == 1 ? "1 thing is" : $"{errors.Length} things are";
        return $"{source}: {count} wrong.{string.Concat(errors.Select(e => $"{Environment.NewLine}  {e}"))}";
    }
}
