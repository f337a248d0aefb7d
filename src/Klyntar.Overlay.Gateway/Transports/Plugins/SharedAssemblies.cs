using System.Collections.Frozen;
using System.Reflection;

namespace Klyntar.Overlay.Gateway;

/// <summary>The assemblies that plugins share with the gateway: the contract, the libraries for transports, and .NET's own. All others are a plugin's own, whatever version the gateway has.</summary>
internal static class SharedAssemblies
{
    /// <summary>The contract.</summary>
    public const string Contract = "Klyntar.Overlay.Abstractions";

    private static readonly FrozenSet<string> Ours = FrozenSet.ToFrozenSet(
    [
        Contract, "Klyntar.Overlay.Connections", "Klyntar.Overlay.Keys", "Klyntar.Overlay.Processes", "Klyntar.Overlay.Socks",
    ]);

    // What .NET gives to a program lies beside its run-time, and not beside the program.
    private static readonly FrozenDictionary<string, string> Framework =
        ((AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string) ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(path => !path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal))
        .DistinctBy(Path.GetFileNameWithoutExtension)
        .ToFrozenDictionary(path => Path.GetFileNameWithoutExtension(path)!, StringComparer.OrdinalIgnoreCase);

    /// <summary>The version of the contract that this gateway has.</summary>
    public static Version ContractVersion { get; } = typeof(ITransport).Assembly.GetName().Version!;

    // Types of these are in the contract's own signatures, so that a plugin's copy would not be understood.
    private static FrozenSet<string> InContract { get; } = typeof(ITransport).Assembly.GetReferencedAssemblies().Select(a => a.Name!).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an assembly is the gateway's to give.</summary>
    /// <param name="wanted">A reference to it.</param>
    public static bool Has(AssemblyName wanted) =>
        Ours.Contains(wanted.Name!)
        || InContract.Contains(wanted.Name!)
        || (Framework.TryGetValue(wanted.Name!, out string? path) && (wanted.Version is null || VersionOf(path) >= wanted.Version));

    /// <summary>Why a plugin cannot have what it wants of the gateway's; null where it can.</summary>
    /// <param name="wanted">A reference for which <see cref="Has"/> is true.</param>
    public static string? Misfit(AssemblyName wanted)
    {
        if (Ours.Contains(wanted.Name!))
        {
            return wanted.Version is { } version && !Fits(version, ContractVersion)
                ? $"It was built with version {version.ToString(3)} of {wanted.Name}, and this gateway has {ContractVersion.ToString(3)}. " + (version > ContractVersion
                    ? "Update the gateway, or get the plugin for this one."
                    : "Get a newer version of the plugin.")
                : null;
        }

        return InContract.Contains(wanted.Name!) && Framework.TryGetValue(wanted.Name!, out string? path) && VersionOf(path) < wanted.Version
            ? $"It was built with {wanted.Name} {wanted.Version!.ToString(3)}, and the .NET that this gateway runs on has {VersionOf(path).ToString(3)}. Build it with that version, or update .NET."
            : null;
    }

    /// <summary>Whether what was built with one version runs with another: the same major version (before 1.0 the same minor one too), and not an older one.</summary>
    internal static bool Fits(Version built, Version present) =>
        built.Major == present.Major && (built.Major > 0 || built.Minor == present.Minor) && built <= present;

    private static Version VersionOf(string path) => AssemblyName.GetAssemblyName(path).Version ?? new Version();
}
