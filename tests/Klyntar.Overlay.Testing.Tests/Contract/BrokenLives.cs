using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Testing.Tests;

internal sealed class StartsWhateverTheToken(ITransport inner) : DelegatingTransport(inner)
{
    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken) => base.StartAsync(context, CancellationToken.None);
}

internal sealed class NeverSaysThatItHasStopped(ITransport inner) : DelegatingTransport(inner)
{
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);

    public override IStatus<TransportStatus> Status => _status;

    public override async Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        await base.StartAsync(context, cancellationToken);
        _status.Set(TransportStatus.Ready);
    }
}

internal sealed class CannotBeDisposedTwice(ITransport inner) : DelegatingTransport(inner)
{
    private bool _isDisposed;

    public override ValueTask DisposeAsync()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _isDisposed = true;
        return base.DisposeAsync();
    }
}

internal sealed class IsHeldByATable(ITransport inner) : DelegatingTransport(inner)
{
    private static readonly List<object> Table = [];

    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        Table.Add(this);
        return base.StartAsync(context, cancellationToken);
    }
}

internal sealed class LosesTheFailureOfATask(ITransport inner) : DelegatingTransport(inner)
{
    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        _ = LoseAsync();
        return base.StartAsync(context, cancellationToken);
    }

    private static async Task LoseAsync()
    {
        await Task.Yield();
        throw new IOException("Nobody looks.");
    }
}

internal sealed class LogsAddresses(ITransport inner) : DelegatingTransport(inner)
{
    private ILogger? _logger;

    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        _logger = context.Loggers.CreateLogger("test");
        return base.StartAsync(context, cancellationToken);
    }

    public override ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        _logger?.LogTrace("Dialling {EndPoint}.", request.EndPoint);
        return base.DialAsync(request, cancellationToken);
    }
}

internal sealed class LogsWarnings(ITransport inner) : DelegatingTransport(inner)
{
    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        context.Loggers.CreateLogger("test").LogWarning("Nothing is wrong.");
        return base.StartAsync(context, cancellationToken);
    }
}

internal sealed class IsReadyWithoutItsHelper(ITransport inner) : DelegatingTransport(inner)
{
    public override IStatus<TransportStatus> Status => new PaintedStatus<TransportStatus>(base.Status, status => status is TransportStatus.Degraded ? TransportStatus.Ready : status);
}

/// <summary>Starts a program and never ends it. It ends by itself after a while.</summary>
internal sealed class LeavesAProgramBehind(ITransport inner, bool inItsFolder) : DelegatingTransport(inner)
{
    public override Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new("/bin/sleep") { WorkingDirectory = inItsFolder ? context.Folder : "/" };
        info.ArgumentList.Add("10");
        using Process process = Process.Start(info)!;
        return base.StartAsync(context, cancellationToken);
    }
}
