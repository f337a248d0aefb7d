namespace Klyntar.Overlay;

/// <summary>The answer of a transport to a host name: not mine, mine but invalid, or an end point.</summary>
public readonly struct ParsedHost
{
    private ParsedHost(OverlayEndPoint? endPoint, string? why)
    {
        EndPoint = endPoint;
        Why = why;
    }

    /// <summary>The name belongs to another transport or to none.</summary>
    public static ParsedHost NotClaimed => default;

    /// <summary>The end point, where the name is valid.</summary>
    public OverlayEndPoint? EndPoint { get; }

    /// <summary>What is wrong with the name, as the end of a sentence, where it is this transport's but invalid.</summary>
    public string? Why { get; }

    /// <summary>Whether the name belongs to this transport, valid or not.</summary>
    public bool IsClaimed => EndPoint is not null || Why is not null;

    /// <summary>The name is valid.</summary>
    public static ParsedHost Valid(OverlayEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return new ParsedHost(endPoint, null);
    }

    /// <summary>The name is this transport's, and invalid.</summary>
    /// <param name="why">What is wrong, as the end of a sentence: "its checksum does not match".</param>
    public static ParsedHost Invalid(string why)
    {
        ArgumentException.ThrowIfNullOrEmpty(why);
        return new ParsedHost(null, why);
    }
}
