namespace Klyntar.Overlay.Gateway;

/// <summary>Finds services that are published to themselves, perhaps by way of others of this gateway: each visitor would bring another one, without end.</summary>
internal static class ServiceLoops
{
    /// <summary>Refuses them.</summary>
    /// <param name="doors">All services, on all their overlays.</param>
    /// <exception cref="OverlayException">A service leads to itself.</exception>
    public static void Refuse(IReadOnlyCollection<ServiceDoor> doors)
    {
        (string From, int Port, OverlayEndPoint To)[] led =
            [.. from door in doors from target in door.Targets where target.Value is OverlayTarget select (door.Definition.Name, target.Key, ((OverlayTarget)target.Value).EndPoint)];
        if (led.Length == 0)
        {
            return;
        }

        // Of whichever port: where addresses carry none, every port of an address is the same.
        ILookup<(string, string), string> owners = doors
            .SelectMany(door => door.Transport.EndPointsOf(door.Definition).Select(e => (Address: (e.Overlay, e.Host), door.Definition.Name)))
            .ToLookup(o => o.Address, o => o.Name);
        List<Step> steps = [.. from l in led from owner in owners[(l.To.Overlay, l.To.Host)] select new Step(l.From, l.Port, owner)];

        // Whoever leads to nobody of them is in no loop, again and again until only loops, and the ways to them, are left.
        while (steps.RemoveAll(s => !steps.Exists(next => next.From == s.To)) > 0)
        {
        }

        if (steps.Count > 0)
        {
            throw new OverlayException($"{Told(Loop(steps))}. Each visitor would bring another one, without end. Write the end point of the node that shall be published.");
        }
    }

    private static List<Step> Loop(List<Step> steps)
    {
        List<Step> walked = [steps[0]];
        while (walked.FindIndex(s => s.From == walked[^1].To) is var start)
        {
            if (start >= 0)
            {
                return walked[start..];
            }

            walked.Add(steps.Find(s => s.From == walked[^1].To)!);
        }

        return walked;
    }

    private static string Told(List<Step> loop) => loop is [{ } only]
        ? $"The service {only.From} is published to itself: its port {only.Port} leads to an address of its own"
        : $"Services are published to each other: {string.Join(", and ", loop.Select(s => $"port {s.Port} of the service {s.From} leads to the service {s.To}"))}";

    private sealed record Step(string From, int Port, string To);
}
