namespace Klyntar.Overlay.Connections;

/// <summary>Something to run on an engine's loop.</summary>
internal interface ILoopWork
{
    /// <summary>Runs on the loop: must not block or throw.</summary>
    void Run();
}
