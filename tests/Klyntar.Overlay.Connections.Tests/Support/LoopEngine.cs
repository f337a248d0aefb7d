using System.Collections.Concurrent;
using System.Net;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>An engine whose operations are completed on one thread of its own, as an epoll loop's are.</summary>
internal sealed class LoopEngine : SocketEngine, IDisposable
{
    [ThreadStatic]
    private static bool s_isLoop;

    private readonly BlockingCollection<Action> _work = [];

    public LoopEngine() => new Thread(Run) { IsBackground = true, Name = "loop" }.Start();

    /// <summary>Whether the caller runs on an engine's loop.</summary>
    public static bool IsLoop => s_isLoop;

    public override string Name => "loop";

    internal override bool ResumesOnLoop => true;

    public override ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override EngineListener Listen(EndPoint endPoint, EngineListenOptions options) => throw new NotSupportedException();

    public EngineSocket Own(EngineSocket socket) => new LoopSocket(this, socket);

    public void Post(Action action) => _work.Add(action);

    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        s_isLoop = true;
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private sealed class LoopSocket(LoopEngine engine, EngineSocket inner) : EngineSocket
    {
        public override SocketEngine Engine => engine;

        public override bool ResumesOnLoop { get => true; set => _ = value; }

        public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

        public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

        public override uint? PeerUserId => inner.PeerUserId;

        public override ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) =>
            new(OnLoop(async () =>
            {
                await inner.WaitReadableAsync(cancellationToken);
                return 0;
            }));

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(OnLoop(() => inner.ReceiveAsync(buffer, cancellationToken).AsTask()));

        public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(OnLoop(async () =>
            {
                await inner.SendAsync(buffer, cancellationToken);
                return 0;
            }));

        public override void ShutdownSend() => inner.ShutdownSend();

        public override void Abort() => inner.Abort();

        public override void Dispose() => inner.Dispose();

        internal override void StopReceiving() => inner.StopReceiving();

        private Task<int> OnLoop(Func<Task<int>> operation)
        {
            // Completed on the loop, and whoever awaits resumes inline.
            TaskCompletionSource<int> completion = new();
            _ = operation().ContinueWith(
                done => engine.Post(() => completion.SetFromTask(done)),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return completion.Task;
        }
    }
}
