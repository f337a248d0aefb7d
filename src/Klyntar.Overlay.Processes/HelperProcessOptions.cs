namespace Klyntar.Overlay.Processes;

/// <summary>How a helper process is started and ended.</summary>
public sealed record HelperProcessOptions
{
    /// <summary>Its name in messages, such as <c>tor</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The program.</summary>
    public required HelperProgram Program { get; init; }

    /// <summary>Its arguments, one by one. No secret belongs here: other users can read them.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables added to a minimal environment (PATH, HOME, LANG=C.UTF-8) and the program's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder it runs in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>What it reads on its standard input, which then ends: nothing, or whole lines of text, at most 4096 bytes. Secrets may go here.</summary>
    public string Input { get; init; } = "";

    /// <summary>Whether its standard input stays open, and silent, until it has ended: for programs that end with whoever started them by that sign. There is no <see cref="Input"/> then.</summary>
    public bool HoldsInput { get; init; }

    /// <summary>Told of each line of output, without its line end and control characters, cut at 8 KiB. Called one line at a time. Should not block: the process is slowed down for a while and then lines are left out.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>Told of each line of its error output in the place of <see cref="OnOutput"/>, and in the same way, where the two mean different things; null has that told of both.</summary>
    public Action<string>? OnErrorOutput { get; init; }

    /// <summary>Makes a line of its output fit for messages and logs, without addresses and secrets; null where the program does that itself.</summary>
    public Func<string, string>? Redact { get; init; }

    /// <summary>How long it may take to end after being asked (SIGTERM, or its own way) before it is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of the grace period.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
