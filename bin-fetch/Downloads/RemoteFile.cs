namespace Klyntar.Overlay.BinFetch;

/// <summary>A file that is to be downloaded.</summary>
/// <param name="Name">Its name, in messages too.</param>
/// <param name="Places">Where it may be; asked in order, until one has it.</param>
/// <param name="Limit">The most bytes that are taken.</param>
internal sealed record RemoteFile(string Name, IReadOnlyList<Uri> Places, long Limit);
