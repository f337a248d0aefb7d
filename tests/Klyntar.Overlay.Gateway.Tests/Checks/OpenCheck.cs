namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A check that was asked for, until it is over or the asker leaves.</summary>
internal sealed class OpenCheck : IAsyncDisposable
{
    private readonly CancellationTokenSource _leave;
    private readonly IAsyncEnumerator<ClientCheckReport> _reports;
    private readonly Task<bool> _next;

    private OpenCheck(CancellationTokenSource leave, IAsyncEnumerator<ClientCheckReport> reports)
    {
        _leave = leave;
        _reports = reports;
        Name = reports.Current.Name;
        _next = reports.MoveNextAsync().AsTask();
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether more than the name was told.</summary>
    public bool IsOver => _next.IsCompleted;

    /// <summary>Asks for one.</summary>
    public static async Task<OpenCheck> StartAsync(GatewayClient client, TimeSpan wait)
    {
        var leave = new CancellationTokenSource();
        IAsyncEnumerator<ClientCheckReport> reports = client.CheckClientAsync(wait, leave.Token).GetAsyncEnumerator(CancellationToken.None);
        (await reports.MoveNextAsync().SoonAsync()).Should().BeTrue();
        reports.Current.Should().Be(new ClientCheckReport(reports.Current.Name));
        return new OpenCheck(leave, reports);
    }

    /// <summary>Waits until it is over.</summary>
    public async Task<ClientArrival?> EndAsync()
    {
        (await _next.SoonAsync()).Should().BeTrue();
        _reports.Current.IsOver.Should().BeTrue();
        return _reports.Current.Arrival;
    }

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reports.DisposeAsync();
        _leave.Dispose();
    }
}
