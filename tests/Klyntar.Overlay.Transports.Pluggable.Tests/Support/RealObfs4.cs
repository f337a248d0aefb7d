using Klyntar.Overlay.BinFetch;

[assembly: AssemblyFixture(typeof(Klyntar.Overlay.Transports.Pluggable.Tests.RealObfs4))]

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Debian's obfs4proxy, unpacked from its package and not installed, for tests that run it on loopback.</summary>
public sealed class RealObfs4 : IAsyncLifetime
{
    private HelperProgram? _program;
    private string? _whyNot;

    /// <summary>Finds it and nothing else.</summary>
    public IHelperPrograms Programs => new OnlyObfs4(this);

    /// <summary>Whether it is there.</summary>
    public bool IsThere => _program is not null;

    /// <summary>The program. A test that needs it is skipped, with the reason, where there is none.</summary>
    public HelperProgram Need()
    {
        Assert.SkipWhen(_program is null, $"obfs4proxy is not to be had here: {_whyNot}");
        return _program;
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _program = await new HelperPrograms(new HelperProgramOptions()).FindAsync("obfs4proxy", null, TestContext.Current.CancellationToken);
        }
        catch (OverlayException e)
        {
            _whyNot = e.Message;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class OnlyObfs4(RealObfs4 real) : IHelperPrograms
    {
        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) =>
            name == "obfs4proxy" ? new(real.Need()) : throw new OverlayException($"This test has no {name}.");

        public void OnReached(HelperProgram program)
        {
        }
    }
}
