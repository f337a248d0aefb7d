using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Makes connections of peers.</summary>
internal static class Peers
{
    public static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");

    private static readonly Lazy<PeerCertificate> MadeOnce = new(static () => PeerCertificate.LoadOrMake(new InMemoryKeyStore(), TimeProvider.System));

    /// <summary>One certificate for all tests: making one takes a while.</summary>
    public static PeerCertificate Certificate => MadeOnce.Value;

    public static PeerConnectionOptions Options(TimeProvider? clock = null, bool encrypts = true) => new()
    {
        Self = new PeerSelf { Clock = clock ?? TimeProvider.System, FileServerPort = 15441 },
        Clock = clock ?? TimeProvider.System,
        Certificate = encrypts ? Certificate : null,
    };

    public static PeerDial Dial(PeerEncryption encryption, ReadOnlyMemory<byte>? expected = null) => new(encryption, "192.0.2.1") { ExpectedCertificate = expected };

    /// <summary>Two peers that have met.</summary>
    public static async Task<(PeerConnection Dialled, PeerConnection Accepted)> MeetAsync(
        PeerEncryption encryption, (ConnectionContext Dialled, ConnectionContext Accepted) ends, AnsweringPeer? dialler = null, AnsweringPeer? acceptor = null, PeerConnectionOptions? options = null)
    {
        options ??= Options();
        PeerConnection accepted = PeerConnection.Accept(ends.Accepted, Address, (acceptor ?? new AnsweringPeer()).For, options);
        PeerConnection dialled = await PeerConnection.OpenAsync(
            ends.Dialled, Dial(encryption), (dialler ?? new AnsweringPeer()).For, options, TestContext.Current.CancellationToken).Soon();
        return (dialled, accepted);
    }

    /// <summary>Two peers that have met in memory.</summary>
    public static Task<(PeerConnection Dialled, PeerConnection Accepted)> MeetAsync(
        PeerEncryption encryption, AnsweringPeer? dialler = null, AnsweringPeer? acceptor = null, PeerConnectionOptions? options = null) =>
        MeetAsync(encryption, MemoryEnd.Pair(), dialler, acceptor, options);

    /// <summary>Two ends of a connection through the kernel.</summary>
    public static async Task<(ConnectionContext Dialled, ConnectionContext Accepted)> SocketsAsync()
    {
        await using EngineListener listener = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        Task<EngineSocket?> accepting = listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask();
        EngineSocket dialled = await SocketEngine.Default.ConnectAsync(listener.LocalEndPoint, null, TestContext.Current.CancellationToken);
        return (new SocketConnection(dialled), new SocketConnection((await accepting)!));
    }

    /// <summary>In memory, or through the kernel.</summary>
    public static async Task<(ConnectionContext Dialled, ConnectionContext Accepted)> EndsAsync(bool throughKernel) =>
        throughKernel ? await SocketsAsync() : MemoryEnd.Pair();

    /// <summary>Fails where something never happens.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Fails where something never happens.</summary>
    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>What a failure is.</summary>
    public static async Task<PeerFailure> FailureAsync(this Task task) => (await task.Soon().Awaiting(static t => t).Should().ThrowAsync<PeerException>()).Which.Failure;

    /// <summary>Why a connection ended.</summary>
    public static async Task<PeerFailure> CauseAsync(this PeerConnection connection) => (await connection.Ended.Soon()).Failure;

    /// <summary>Reads exactly so many bytes.</summary>
    public static async Task<byte[]> ExactlyAsync(this Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().Soon();
        return bytes;
    }

    /// <summary>Reads to the end in good order.</summary>
    public static async Task<byte[]> ToEndAsync(this Stream stream)
    {
        MemoryStream all = new();
        await stream.CopyToAsync(all, TestContext.Current.CancellationToken).Soon();
        return all.ToArray();
    }
}
