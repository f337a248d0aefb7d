using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Bench;

/// <summary>A service behind an SslStream, with a certificate of the same kind and buffers of the same size.</summary>
internal sealed class BareTls : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly PeerCertificate _certificate = PeerCertificate.LoadOrMake(new InMemoryKeyStore(), TimeProvider.System);
    private readonly long _bytes;
    private readonly Task _serving;

    private BareTls(long bytes, CancellationToken cancellationToken)
    {
        _bytes = bytes;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _serving = ServeAsync(cancellationToken);
    }

    /// <summary>Starts it.</summary>
    public static Task<BareTls> StartAsync(long bytes, CancellationToken cancellationToken) => Task.FromResult(new BareTls(bytes, cancellationToken));

    /// <summary>Takes a transfer.</summary>
    /// <returns>How long it took, in seconds, from behind the handshake on.</returns>
    public async Task<double> DownloadAsync(CancellationToken cancellationToken)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.LocalEndPoint!, cancellationToken);
        await using var tls = new SslStream(new NetworkStream(client, ownsSocket: true), leaveInnerStreamOpen: false);
#pragma warning disable CA5359 // Nobody else is there.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true, TargetHost = "" }, cancellationToken);
#pragma warning restore CA5359
        await tls.WriteAsync(new byte[] { 2 }, cancellationToken);
        byte[] buffer = new byte[BufferSize];
        long begin = Stopwatch.GetTimestamp();
        for (long left = _bytes; left > 0;)
        {
            int read = await tls.ReadAsync(buffer, cancellationToken);
            left -= read > 0 ? read : throw new IOException("The stream ended early.");
        }

        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        _certificate.Dispose();
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        while (true)
        {
            try
            {
                Socket visitor = await _listener.AcceptAsync(cancellationToken);
                await using var tls = new SslStream(new NetworkStream(visitor, ownsSocket: true), leaveInnerStreamOpen: false);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate.Context }, cancellationToken);
                await tls.ReadExactlyAsync(buffer.AsMemory(0, 1), cancellationToken);
                for (long left = _bytes; left > 0; left -= buffer.Length)
                {
                    await tls.WriteAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
