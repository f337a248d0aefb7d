using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay;

/// <summary>The outcome of a dial: a connection, or why there is none.</summary>
public readonly struct DialResult
{
    private readonly DialError? _error;

    private DialResult(ConnectionContext? connection, DialError? error)
    {
        Connection = connection;
        _error = error;
    }

    /// <summary>The connection, owned by whoever dialled; null where the dial failed.</summary>
    public ConnectionContext? Connection { get; }

    /// <summary>Why there is no connection; null where there is one.</summary>
    public DialError? Error => Connection is null ? _error ?? DialError.Uninitialized : null;

    /// <summary>Whether there is a connection.</summary>
    [MemberNotNullWhen(true, nameof(Connection))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsConnected => Connection is not null;

    /// <summary>A dial that succeeded.</summary>
    public static implicit operator DialResult(ConnectionContext connection) => FromConnectionContext(connection);

    /// <summary>A dial that failed.</summary>
    public static implicit operator DialResult(DialError error) => FromDialError(error);

    /// <summary>A dial that succeeded.</summary>
    public static DialResult FromConnectionContext(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new DialResult(connection, null);
    }

    /// <summary>A dial that failed.</summary>
    public static DialResult FromDialError(DialError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new DialResult(null, error);
    }
}
