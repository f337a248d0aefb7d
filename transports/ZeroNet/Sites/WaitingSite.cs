using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A site's next content.json, verified, whose end points have not come yet.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Utf8">The file itself.</param>
/// <param name="Files">Its files that are kept.</param>
/// <param name="Since">When it came.</param>
internal sealed record WaitingSite(SiteContent Content, ReadOnlyMemory<byte> Utf8, ImmutableSortedDictionary<string, SiteFile> Files, DateTimeOffset Since);
