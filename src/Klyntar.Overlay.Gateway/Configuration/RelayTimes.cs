using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>How connections are relayed.</summary>
public sealed record RelayTimes
{
    /// <summary>How long nothing may move before a connection is ended; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    [Description("How long nothing may move before a connection is ended, such as \"2h\"; \"never\" to let it be.")]
    public TimeSpan IdleLimit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>On overlays without half-close: how long a client's FIN is held back while the answer is silent.</summary>
    [Description("On overlays without half-close: how long the end of a client's request is held back while the answer is silent, such as \"60s\".")]
    public TimeSpan FinHoldBack { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>On overlays without half-close: how long a target's FIN is held back from a visitor that is silent. A target's FIN is the end of an answer, so visitors must see it soon.</summary>
    [Description("On overlays without half-close: how long the end of a target's answer is held back from a visitor that is silent, such as \"1s\".")]
    public TimeSpan VisitorFinHoldBack { get; init; } = TimeSpan.FromSeconds(1);
}
