using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>One SOCKS5 server, and dials through it.</summary>
/// <param name="name">The operator's name for it.</param>
/// <param name="options">What the configuration says of it.</param>
internal sealed class SocksUpstream(string name, SocksUpstreamOptions options)
{
    // A length is a byte (RFC 1929, section 2).
    private const int LongestPassword = 255;
    private const int LongestPasswordFile = 4096;

    private (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? _credentials;
    private int _generation;

    /// <summary>The operator's name for it.</summary>
    public string Name { get; } = name;

    /// <summary>What the configuration says of it.</summary>
    public SocksUpstreamOptions Options { get; } = options;

    /// <summary>Told how each attempt to use the server went: why it failed, or null where it answered.</summary>
    public Action<SocksUpstream, UpstreamFault?>? OnUsed { get; set; }

    /// <summary>Has the server take dials from now on for other users' than those before.</summary>
    public void LeaveCircuits() => Interlocked.Increment(ref _generation);

    /// <summary>Reads the password.</summary>
    /// <exception cref="OverlayException">Its file cannot be read, is open to others, or holds none.</exception>
    public void ReadPassword()
    {
        if (Options is not { User: { } user, PasswordFile: { } path })
        {
            return;
        }

        byte[] text = ForeignSecretFile.Read(path, "password file", LongestPasswordFile, out _);
        int end = text.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
        byte[] password = end < 0 ? text : text[..end];
        _credentials = password.Length is > 0 and <= LongestPassword
            ? (Encoding.UTF8.GetBytes(user), password)
            : throw new OverlayException($"The first line of the password file {path} has {password.Length} bytes. Write a password of 1 to {LongestPassword} bytes there.");
    }

    /// <summary>Connects to the server and says nothing, to see whether it is there.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task ProbeAsync(SocketEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            await using EngineSocket socket = await engine.ConnectAsync(Options.Server, null, cancellationToken);
            OnUsed?.Invoke(this, null);
        }
        catch (SocketException e)
        {
            OnUsed?.Invoke(this, UpstreamFault.NotThere(e));
        }
    }

    /// <summary>Dials a host through the server. It says each of its messages when the server has answered the one before, as some servers need it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<DialResult> DialAsync(SocketEngine engine, SocksEndPoint endPoint, IsolationKey isolation, CancellationToken cancellationToken)
    {
        EngineSocket? socket;
        try
        {
            socket = await engine.ConnectAsync(Options.Server, null, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable)
        {
            return Error(DialErrorKind.OutOfResources, $"connect: {e.SocketErrorCode}");
        }
        catch (SocketException e)
        {
            OnUsed?.Invoke(this, UpstreamFault.NotThere(e));
            return Error(DialErrorKind.TransportNotReady, $"connect: {e.SocketErrorCode}");
        }

        try
        {
            var request = new SocksClientRequest(endPoint.Host, endPoint.Port) { Optimistic = false, Credentials = Credentials(isolation) };
            SocksClientReply reply = await SocksClient.ConnectAsync(socket, request, cancellationToken);
            if (reply.IsConnected)
            {
                OnUsed?.Invoke(this, null);
                var connection = new SocketConnection(socket, reply.AlreadyRead);
                socket = null;
                return connection;
            }

            return Judge(reply);
        }
        catch (SocketException e)
        {
            return Error(DialErrorKind.Unreachable, $"ended the connection: {e.SocketErrorCode}");
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private DialError Judge(SocksClientReply reply)
    {
        switch (reply.End)
        {
            case SocksClientEnd.Replied:
                OnUsed?.Invoke(this, null);
                return Error(SocksReplies.ToDialErrorKind(reply.Code), $"SOCKS reply {reply.Code:X2}");
            case SocksClientEnd.Closed:
                return Error(DialErrorKind.Unreachable, reply.Violation!);
            case SocksClientEnd.MethodRefused or SocksClientEnd.CredentialsRefused:
                OnUsed?.Invoke(this, UpstreamFault.Refusing(reply.Violation!));
                return Error(DialErrorKind.TransportFailed, reply.Violation!);
            default:
                OnUsed?.Invoke(this, UpstreamFault.Refusing(reply.Violation!));
                return Error(DialErrorKind.ProtocolViolation, reply.Violation!);
        }
    }

    // A server that keeps users apart is told each key as a user, and new circuits by another password.
    private (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? Credentials(IsolationKey isolation) => Options.Isolation
        ? (Encoding.ASCII.GetBytes(isolation.ToString()), Encoding.ASCII.GetBytes(Volatile.Read(ref _generation).ToString("x8", null)))
        : _credentials;

    private DialError Error(DialErrorKind kind, string what) => new(kind, SocksEndPoint.OverlayName, $"upstream {Name}: {what}");
}
