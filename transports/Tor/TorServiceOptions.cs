using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The configuration section <c>services.*.options.tor</c>.</summary>
public sealed record TorServiceOptions : IValidatableObject
{
    // Tor's own, where nothing is said.
    private const int DefaultQueueRate = 250;
    private const int DefaultQueueBurst = 2_500;
    private const int DefaultIntroductionRate = 25;
    private const int DefaultIntroductionBurst = 200;

    /// <summary>How many streams one visitor's circuit may have open at once; 0 for any number.</summary>
    [Description("How many connections one visitor's circuit may have open at once; 0 for any number.")]
    [Range(0, 65_535)]
    public int MaxStreams { get; init; }

    /// <summary>Whether a circuit that asks for more is closed, with all its streams, instead of the one stream refused.</summary>
    [Description("Whether a visitor who opens more than maxStreams loses all connections, instead of being refused the one too many.")]
    public bool MaxStreamsCloseCircuit { get; init; }

    /// <summary>The only clients that the service admits, by names of the operator's own choice: what each gave as the public part of a client key. Empty for everybody.</summary>
    [Description("The only clients that the service admits: the public parts of their client keys, as 'klyntar-overlay keys auth list' or tor's file .auth has them, by names of your choice, such as { \"alice\": \"descriptor:x25519:…\" }. Without any, everybody is admitted.")]
    public IReadOnlyDictionary<string, string> Clients { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether visitors must prove work while more come than the service can take.</summary>
    [Description("Whether visitors' tors must compute a puzzle first while more visitors come than the service can take (tor 0.4.9 or later; an older one publishes without).")]
    public bool ProofOfWork { get; init; }

    /// <summary>How many visitors a second are let in from the queue that proof of work orders; 0 for any number, null for tor's default, 250.</summary>
    [Description("How many visitors a second are let in from the queue that proofOfWork orders; 0 for any number. Default: tor's, 250.")]
    [Range(0, 1_000_000)]
    public int? ProofOfWorkQueueRate { get; init; }

    /// <summary>How many visitors at once are let in from the queue that proof of work orders; null for tor's default, 2500.</summary>
    [Description("How many visitors are let in from that queue at once, at least proofOfWorkQueueRate. Default: tor's, 2500.")]
    [Range(0, 1_000_000)]
    public int? ProofOfWorkQueueBurst { get; init; }

    /// <summary>How many visitors a second each introduction point lets through; null for tor's default, 25, where <see cref="IntroductionBurst"/> is given, and else for what the network says.</summary>
    [Description("How many visitors a second each introduction point lets through to the service (a tor of the gateway's own; another one publishes without). Default: 25 with introductionBurst, else what the network says.")]
    [Range(1, 1_000_000)]
    public int? IntroductionRate { get; init; }

    /// <summary>How many at once; null for tor's default, 200, where <see cref="IntroductionRate"/> is given.</summary>
    [Description("How many visitors each introduction point lets through at once, at least introductionRate. Default: 200 with introductionRate, else what the network says.")]
    [Range(1, 1_000_000)]
    public int? IntroductionBurst { get; init; }

    /// <summary>Whether introduction points are to be told of limits.</summary>
    internal bool LimitsIntroductions => (IntroductionRate ?? IntroductionBurst) is not null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (string problem in AuthorizedClients.Check(Clients))
        {
            yield return new ValidationResult(problem, [nameof(Clients)]);
        }

        if ((IntroductionBurst ?? DefaultIntroductionBurst) < (IntroductionRate ?? DefaultIntroductionRate))
        {
            yield return new ValidationResult($"introductionBurst is less than introductionRate (by default they are {DefaultIntroductionBurst} and {DefaultIntroductionRate}). Write at least as much.", [nameof(IntroductionBurst)]);
        }

        if (!ProofOfWork && (ProofOfWorkQueueRate ?? ProofOfWorkQueueBurst) is not null)
        {
            yield return new ValidationResult("There is a queue only with proof of work. Write \"proofOfWork\": true as well.", [nameof(ProofOfWork)]);
        }
        else if ((ProofOfWorkQueueBurst ?? DefaultQueueBurst) < (ProofOfWorkQueueRate ?? DefaultQueueRate))
        {
            yield return new ValidationResult($"proofOfWorkQueueBurst is less than proofOfWorkQueueRate (by default they are {DefaultQueueBurst} and {DefaultQueueRate}). Write at least as much.", [nameof(ProofOfWorkQueueBurst)]);
        }
    }
}
