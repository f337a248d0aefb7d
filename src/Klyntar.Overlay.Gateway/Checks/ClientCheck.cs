namespace Klyntar.Overlay.Gateway;

/// <summary>A name that a door looks out for, once.</summary>
internal sealed class ClientCheck(string name)
{
    // Who comes must not wait for whoever is told of it.
    private readonly TaskCompletionSource<ClientArrival> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    /// <summary>Completes when somebody came for the name.</summary>
    public Task<ClientArrival> Arrived => _arrived.Task;

    public void Arrive(ClientArrival arrival) => _arrived.TrySetResult(arrival);
}
