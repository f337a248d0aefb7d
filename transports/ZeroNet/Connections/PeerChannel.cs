using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A peer's connection as bytes, in clear at first and perhaps encrypted later. It owns the connection. Read by one and written by one at a time.</summary>
/// <param name="connection">The connection.</param>
internal sealed class PeerChannel(ConnectionContext connection) : IAsyncDisposable
{
    private readonly RawStream _raw = new(connection);
    private SslStream? _tls;
    private bool _isOutputEnded;
    private int _isAborted;
    private int _isDisposed;

    /// <summary>What the peer sends. A new one once TLS has begun; what the earlier one had read goes through TLS.</summary>
    public PipeReader Input { get; private set; } = connection.Transport.Input;

    /// <summary>Whether what passes is encrypted.</summary>
    public bool IsEncrypted => _tls is not null;

    /// <summary>The SHA-256 of the accepting side's certificate (DER); null where the connection is not encrypted.</summary>
    public ReadOnlyMemory<byte>? Binding { get; private set; }

    /// <summary>Whether an end that was read is one that the peer meant. In TLS it must have said so (RFC 8446, section 6.1); in clear nothing tells a cut from it but a reset.</summary>
    public bool IsEndMeant => _tls is null || !_raw.HasEnded;

    /// <summary>Begins TLS as the one who dialled.</summary>
    /// <param name="expected">The SHA-256 of the certificate that must be shown; null where any will do.</param>
    /// <param name="cancellationToken">Gives up, and the connection with it.</param>
    /// <exception cref="PeerException">It is another certificate, or TLS does not come about.</exception>
    public async Task EncryptAsClientAsync(ReadOnlyMemory<byte>? expected, CancellationToken cancellationToken)
    {
        byte[]? shown = null;
        bool isWrong = false;
        SslStream tls = new(_raw, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(
                PeerTls.Client((_, certificate, _, _) =>
                {
                    shown = certificate is null ? null : SHA256.HashData(certificate.GetRawCertData());
                    isWrong = shown is not null && expected is { } due && !CryptographicOperations.FixedTimeEquals(due.Span, shown);
                    return shown is not null && !isWrong;
                }),
                cancellationToken);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (IsTlsFault(e))
            {
                throw PeerException.Of(isWrong ? PeerFailure.WrongCertificate : PeerFailure.TlsFailed, e);
            }

            throw;
        }

        Use(tls, shown);
    }

    /// <summary>Begins TLS as the one who accepted.</summary>
    /// <param name="certificate">This side's certificate.</param>
    /// <param name="cancellationToken">Gives up, and the connection with it.</param>
    /// <exception cref="PeerException">TLS does not come about.</exception>
    public async Task EncryptAsServerAsync(PeerCertificate certificate, CancellationToken cancellationToken)
    {
        SslStream tls = new(_raw, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsServerAsync(PeerTls.Server(certificate), cancellationToken);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (IsTlsFault(e))
            {
                throw PeerException.Of(PeerFailure.TlsFailed, e);
            }

            throw;
        }

        Use(tls, certificate.Sha256);
    }

    /// <summary>Sends bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Gives up, and the connection with it: how much was sent is not known then.</param>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => (_tls ?? (Stream)_raw).WriteAsync(bytes, cancellationToken);

    /// <summary>Ends this side's direction in good order, with TLS's end where there is TLS, and FIN. Reading goes on.</summary>
    public async ValueTask EndAsync()
    {
        if (_isOutputEnded)
        {
            return;
        }

        _isOutputEnded = true;
        if (_tls is not null)
        {
            await _tls.ShutdownAsync();
        }

        await connection.Transport.Output.CompleteAsync();
    }

    /// <summary>Drops the connection, so that the other side cannot take it for a good end.</summary>
    /// <param name="reason">Why, for whoever reads or writes.</param>
    public void Abort(string reason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            connection.Abort(new ConnectionAbortedException(reason));
        }
    }

    /// <summary>Closes the connection. Where this direction has not been ended, the peer sees in TLS that it was cut.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (_tls is not null)
        {
            // Sends nothing itself: an end in good order is for EndAsync to say.
            await _tls.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    // Besides its own exceptions TLS passes on those of the connection, and those of certificates that cannot be read.
    private static bool IsTlsFault(Exception e) => e is AuthenticationException or IOException or CryptographicException or InvalidOperationException;

    private void Use(SslStream tls, byte[]? binding)
    {
        _tls = tls;
        Binding = binding;
        Input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true));
    }
}
