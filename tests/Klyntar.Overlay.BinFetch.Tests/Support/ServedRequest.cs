namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>What a server was asked.</summary>
internal sealed record ServedRequest(string Path, string? Range, string? IfRange);
