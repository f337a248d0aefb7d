namespace Klyntar.Overlay.Bench;

/// <summary>Which way the bytes of a stream load go.</summary>
internal enum Direction
{
    /// <summary>From the target.</summary>
    Down,

    /// <summary>To it.</summary>
    Up,

    /// <summary>Both at once.</summary>
    Both,
}
