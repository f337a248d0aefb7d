namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>How a soak is run.</summary>
/// <param name="Events">How many things are done to tors.</param>
/// <param name="Limit">How long all of it may take, until every service is back.</param>
/// <param name="Seed">What the events are drawn from.</param>
internal sealed record SoakOptions(int Events, TimeSpan Limit, int Seed);
