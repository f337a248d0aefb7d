namespace Klyntar.Overlay.Fuzz;

/// <summary>One codec under test.</summary>
internal interface IFuzzTarget
{
    /// <summary>Its name on the command line, and of its folder in the corpus.</summary>
    string Name { get; }

    /// <summary>The longest input worth trying, in bytes: a little beyond the codec's own limits.</summary>
    int MaxLength { get; }

    /// <summary>Tokens of the format, which chance alone would take long to find.</summary>
    IReadOnlyList<byte[]> Words { get; }

    /// <summary>Runs one input and checks what the codec promises. Any exception is a failure.</summary>
    void Run(ReadOnlySpan<byte> input);
}
