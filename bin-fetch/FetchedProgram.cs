namespace Klyntar.Overlay.BinFetch;

/// <summary>What <see cref="HelperPrograms.FetchAsync"/> did.</summary>
/// <param name="Program">The program.</param>
/// <param name="Version">Its package's version.</param>
/// <param name="IsNew">Whether it was obtained now; false where the newest was there already.</param>
public sealed record FetchedProgram(HelperProgram Program, string Version, bool IsNew);
