namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What was said of one stream on the wire, which its channel does not tell.</summary>
internal sealed class SharedStreamState
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isEnded;
    private volatile bool _isAborted;

    /// <summary>Whether the other side has ended its direction in good order.</summary>
    public bool IsEnded { get => _isEnded; set => _isEnded = value; }

    /// <summary>Whether this side has dropped the stream, so that no end in good order may be sent any more.</summary>
    public bool IsAborted { get => _isAborted; set => _isAborted = value; }

    /// <summary>Whether the other side awaits the answer to a wish for a larger window. For the guard, under its lock.</summary>
    public bool AsksForGrowth { get; set; }

    /// <summary>Whether this side has sent its last frame of the stream. For the guard, under its lock.</summary>
    public bool IsTerminatedHere { get; set; }

    /// <summary>Whether the other side has sent its last frame of the stream. For the guard, under its lock.</summary>
    public bool IsTerminatedThere { get; set; }

    /// <summary>Completed when both sides have said the last of the stream, or the connection has ended.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Says that both sides have said the last.</summary>
    public void SetGone() => _gone.TrySetResult();
}
