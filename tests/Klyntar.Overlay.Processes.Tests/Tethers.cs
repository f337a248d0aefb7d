namespace Klyntar.Overlay.Processes.Tests;

internal static class Tethers
{
    public const string Signal = "signal";
    public const string Leash = "leash";

    public static TheoryData<string> All { get; } = OperatingSystem.IsLinux() ? [Signal, Leash] : [Leash];

    public static async Task<Tether> ByNameAsync(string name) => name switch
    {
        Leash => new Leash(),
        Signal => await ParentDeathSignal.DetectAsync() ?? throw new InvalidOperationException("setpriv --pdeathsig does not work here: install util-linux."),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
