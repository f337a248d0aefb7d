namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What is done to a tor.</summary>
internal enum SoakEventKind
{
    /// <summary>It crashes (SIGKILL).</summary>
    Kill,

    /// <summary>It crashes, and the next one at once.</summary>
    KillTwice,

    /// <summary>It crashes, and the next one somewhere on its way to ready.</summary>
    KillInStartUp,

    /// <summary>It is asked to end (SIGTERM).</summary>
    Terminate,

    /// <summary>It hangs for a while (SIGSTOP, SIGCONT).</summary>
    Pause,

    /// <summary>It crashes, and the next one hangs for a while somewhere on its way to ready.</summary>
    PauseInStartUp,

    /// <summary>The control connection breaks, and nothing else.</summary>
    CutControl,

    /// <summary>It hangs for ever (SIGSTOP).</summary>
    Hang,

    /// <summary>It crashes, and the next one hangs for ever somewhere on its way to ready.</summary>
    HangInStartUp,
}
