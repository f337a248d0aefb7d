using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Gateway;

/// <summary>Collects what is wrong, so that all of it is told at once.</summary>
internal sealed class ConfigurationReport(string source, ConfigurationNode? root)
{
    private const int MaxErrors = 100;

    private readonly List<ConfigurationError> _errors = [];

    public bool IsClean => _errors.Count == 0;

    /// <summary>Adds an error; its place is looked up by its path.</summary>
    public void Add(string path, string reason, string advice)
    {
        ConfigurationNode? node = root?.Nearest(path);
        Add(path, node?.Place ?? default, reason, advice);
    }

    /// <summary>Adds an error at a given place.</summary>
    public void Add(string path, (int Line, int Column) place, string reason, string advice) =>
        _errors.Add(new ConfigurationError(path, place.Line, place.Column, reason, advice));

    /// <summary>Whether something is wrong with the value at a path, or inside it. Rules about such a value would only repeat that.</summary>
    public bool IsFaulty(string path) => _errors.Exists(e => ConfigurationNode.IsAtOrBelow(e.Path, path));

    /// <summary>Whether something is wrong with the value at a path itself.</summary>
    public bool HasErrorAt(string path) => _errors.Exists(e => e.Path == path);

    /// <summary>Throws when there are errors.</summary>
    public void ThrowIfAny()
    {
        if (!IsClean)
        {
            Throw();
        }
    }

    [DoesNotReturn]
    private void Throw()
    {
        // OrderBy is stable: errors without a place stay in the order of the rules.
        ImmutableArray<ConfigurationError> sorted = [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Take(MaxErrors)];
        if (_errors.Count > MaxErrors)
        {
            sorted = sorted.Add(new ConfigurationError("", 0, 0, $"There are {_errors.Count - MaxErrors} more.", "Mend these first."));
        }

        throw new ConfigurationException(source, sorted);
    }
}
