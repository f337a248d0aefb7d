namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What is needed of one frame of a connection that carries several streams.</summary>
/// <param name="Code">What it says of the stream.</param>
/// <param name="Stream">The stream's number.</param>
/// <param name="Source">Who offered the stream: 1 for who sends the frame, -1 for who receives it.</param>
internal readonly record struct SharedFrame(byte Code, ulong Stream, sbyte Source)
{
    /// <summary>Offers a stream.</summary>
    public const byte Offer = 0;

    /// <summary>Ends the sender's direction in good order.</summary>
    public const byte WritingCompleted = 3;

    /// <summary>Nothing more is said of the stream.</summary>
    public const byte Terminated = 4;

    /// <summary>Answers <see cref="WindowGrowthRequest"/>.</summary>
    public const byte WindowAdjust = 7;

    /// <summary>Asks for a larger window.</summary>
    public const byte WindowGrowthRequest = 8;
}
