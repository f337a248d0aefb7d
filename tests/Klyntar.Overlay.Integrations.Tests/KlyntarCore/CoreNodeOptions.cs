using System.Text.Json.Nodes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>How a daemon is configured.</summary>
internal sealed record CoreNodeOptions
{
    /// <summary>Its name, which its answers hold.</summary>
    public required string Name { get; init; }

    /// <summary>Its HTTP port.</summary>
    public required int Http { get; init; }

    /// <summary>Its WebSocket port.</summary>
    public required int WebSocket { get; init; }

    /// <summary>The node that it follows, or null.</summary>
    public string? Follows { get; init; }

    /// <summary>The name of that node's WebSocket port, where it is another.</summary>
    public string? FollowsByWebSocket { get; init; }

    /// <summary>Whether names are looked up by the gateway from the start, before plugins are loaded.</summary>
    public bool IsPreloaded { get; init; } = true;

    /// <summary>What its configuration has at KLYNTAR_OVERLAY.</summary>
    public JsonObject Overlay { get; init; } = [];

    /// <summary>Variables of its own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
