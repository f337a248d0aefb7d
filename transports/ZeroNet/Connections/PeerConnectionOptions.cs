namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How to speak with peers. One object serves any number of connections.</summary>
internal sealed record PeerConnectionOptions
{
    /// <summary>What this side says of itself.</summary>
    public required PeerSelf Self { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The certificate of accepted connections; null where they are never encrypted.</summary>
    public PeerCertificate? Certificate { get; init; }

    /// <summary>Caps on what a peer sends once it has said who it is.</summary>
    public MessageLimits Limits { get; init; } = MessageLimits.Default;

    /// <summary>What is held of unfinished messages over all connections; null where nobody counts.</summary>
    public ByteBudget? HeldBytes { get; init; }

    /// <summary>How long an answer may take. Real nodes wait so long, and double over an overlay.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long TLS may take, and who connected may say nothing.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a message may take from its first byte to its last, the raw bytes after it too.</summary>
    public TimeSpan MessageTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a message may take to be sent.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing may be received before the connection is closed, as with real nodes.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the end in good order may take when the connection is closed.</summary>
    public TimeSpan CloseTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many of our requests may wait for their answers at once.</summary>
    public int Asks { get; init; } = 32;

    /// <summary>How many updates of the peer are worked on at once; the next one holds up what follows it.</summary>
    public int Updates { get; init; } = 4;

    /// <summary>How many unknown commands are answered; the next one closes the connection, as with real nodes.</summary>
    public int UnknownCommands { get; init; } = 5;

    /// <summary>How long an unknown command too many waits for the close, as with real nodes.</summary>
    public TimeSpan UnknownCommandsPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many answers are ignored that nobody asked for; the next one closes the connection.</summary>
    public int UnaskedAnswers { get; init; } = 8;

    /// <summary>How many requests a second are read once <see cref="RequestBurst"/> is used up.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>How many requests are read at once.</summary>
    public int RequestBurst { get; init; } = 200;
}
