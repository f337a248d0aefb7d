namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Has dials from now on take new circuits, on the tor of one session.</summary>
/// <remarks>
/// Tor does this by itself at <c>SIGNAL NEWNYM</c> (control-spec, section 3.7), but ten seconds after the last time at the earliest: until then
/// it puts the signal off. So dials are given other credentials as well, which part them from the circuits before at once.
/// </remarks>
/// <param name="control">The control connection.</param>
/// <param name="dialer">Dials over it.</param>
/// <param name="prefetch">Knows which descriptors tor has.</param>
/// <param name="probe">May have asked for one.</param>
internal sealed class CircuitRenewal(TorControlConnection control, TorDialer dialer, DescriptorPrefetch prefetch, NetworkProbe probe)
{
    /// <summary>Renews.</summary>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task<NewCircuitsResult> RunAsync(CancellationToken cancellationToken)
    {
        dialer.LeaveCircuits();
        ControlMessage reply = await control.SendAsync(ControlCommand.Signal("NEWNYM"), cancellationToken);
        if (!reply.IsSuccess)
        {
            return new NewCircuitsResult(
                NewCircuitsOutcome.Done,
                $"Tor, or the filter in front of it, refuses SIGNAL NEWNYM ({reply.Status}), so that tor goes on using what it knows of services: dials are kept apart from those before by their SOCKS credentials alone.");
        }

        // Tor forgets the descriptors and which directories it has asked in vain, and breaks off asking.
        prefetch.Forget();
        dialer.Verdicts.Clear();
        probe.StartOver();
        return NewCircuitsResult.Done;
    }
}
