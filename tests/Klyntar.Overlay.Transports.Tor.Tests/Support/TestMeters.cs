using System.Diagnostics.Metrics;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Makes meters that a collector tells apart from those of tests beside this one.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> _made = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _made.Add(meter);
        return meter;
    }

    public void Dispose() => _made.ForEach(m => m.Dispose());
}
