using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Configuration = Klyntar.Overlay.Transports.I2P.I2pdConf;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The configuration section <c>transports.i2p</c>.</summary>
public sealed record I2POptions : IValidatableObject
{
    private const int MostSessionOptions = 32;

    /// <summary>The path of the i2pd program; null looks on PATH and then at the distribution's package.</summary>
    [Description("Path of the i2pd program. Without it, i2pd is looked for on PATH and then obtained from the distribution's package.")]
    public string? Program { get; init; }

    /// <summary>Further lines for i2pd's configuration, each one key with its section.</summary>
    [Description("Further lines for i2pd's configuration, one key with its section each, such as \"ntcp2.port=20001\". What the gateway sets itself is refused.")]
    public IReadOnlyList<string> I2pdConf { get; init; } = [];

    /// <summary>The SAM bridge of a router that somebody else runs: an <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</summary>
    [Description("The SAM bridge of a router that runs already, i2pd or Java I2P, such as \"127.0.0.1:7656\". Its configuration is not touched.")]
    public EndPoint? Sam { get; init; }

    /// <summary>The user name that the bridge asks for.</summary>
    [Description("The user name for that SAM bridge, where it asks for one.")]
    public string? User { get; init; }

    /// <summary>A file with the password of <see cref="User"/> on its first line.</summary>
    [Description("The absolute path of a file whose first line is the password of \"user\". Yours alone (mode 0600).")]
    public string? PasswordFile { get; init; }

    /// <summary>How many routers a tunnel passes, each way.</summary>
    [Description("How many routers each tunnel of ours passes. More hide better and are slower; 0 hides nothing.")]
    [Range(0, 7)]
    public int TunnelLength { get; init; } = 3;

    /// <summary>How many routers more a tunnel passes at most, or fewer where negative, chosen for each.</summary>
    [Description("By how many routers at most a tunnel may be longer; of a negative number, longer or shorter.")]
    [Range(-2, 2)]
    public int TunnelVariance { get; init; }

    /// <summary>How many tunnels a session has, each way.</summary>
    [Description("How many tunnels each session has in each direction. More are faster under load and survive failing routers.")]
    [Range(1, 16)]
    public int TunnelQuantity { get; init; } = 3;

    /// <summary>Further options of each session, as the router knows them.</summary>
    [Description("Further options for each session, as the router knows them, such as { \"i2cp.gzip\": \"false\" }. What the gateway sets itself is refused.")]
    public IReadOnlyDictionary<string, string> SessionOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A file with names of the operator's own, which are asked before the router's address book.</summary>
    [Description("The absolute path of a file with names of your own, lines of the form NAME.i2p=DESTINATION as in I2P's hosts.txt. They come before the router's address book; changes count at once.")]
    public string? HostList { get; init; }

    /// <summary>Whether all ports of a service have one destination, which takes a router that carries ports.</summary>
    [Description("Whether all ports of a service have one address. The router must carry ports (SAM 3.2, as Java I2P has it and i2pd does not), and so must the visitors'. Without it each port has an address of its own, which works everywhere.")]
    public bool OneDestination { get; init; }

    /// <summary>How many sessions dials may have at once: one for each client's credentials, and the spare ones.</summary>
    [Description("How many sessions dials may have at once: each user name and password has one of its own. Where all are in use, further ones are refused.")]
    [Range(1, 256)]
    public int MaxSessions { get; init; } = 16;

    /// <summary>How many sessions are kept ready for credentials to come.</summary>
    [Description("How many sessions are built ahead for user names and passwords to come, since one takes seconds.")]
    [Range(0, 16)]
    public int SpareSessions { get; init; } = 1;

    /// <summary>How long the first attempt to reach a destination may take; each that took too long is followed by one twice as patient, inside the dial's deadline.</summary>
    [Description("How long the first attempt to reach a destination may take, such as \"20s\". An attempt that took too long is followed by one twice as patient.")]
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a dial may take with all its attempts, where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, all attempts included, where whoever asks for it sets no earlier deadline, such as \"2m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Sam is not (null or UnixDomainSocketEndPoint or IPEndPoint { Port: > 0 }))
        {
            yield return new ValidationResult("Write an IP address and its port, or \"unix:/path\".", [nameof(Sam)]);
        }

        if (Sam is not null && (Program is not null || I2pdConf.Count > 0))
        {
            yield return new ValidationResult("That is for a router of the gateway's own. Remove it, or remove sam.", [Program is null ? nameof(I2pdConf) : nameof(Program)]);
        }

        if (Sam is null && User is not null)
        {
            yield return new ValidationResult("That is for a router that runs already. Write its SAM bridge into sam, or remove it.", [nameof(User)]);
        }

        if (Sam is null && OneDestination)
        {
            yield return new ValidationResult("An i2pd of the gateway's own carries no ports. Remove it, or write the SAM bridge of a router with SAM 3.2 into sam.", [nameof(OneDestination)]);
        }

        foreach (string problem in Configuration.Check(I2pdConf))
        {
            yield return new ValidationResult(problem, [nameof(I2pdConf)]);
        }

        if (User is null != PasswordFile is null)
        {
            yield return new ValidationResult("A user name and a password file belong together. Write both, or neither.", [User is null ? nameof(PasswordFile) : nameof(User)]);
        }

        if (User is not null && !SamCredentials.IsSayable(User))
        {
            yield return new ValidationResult("SAM can say only names of 1 to 256 characters of ASCII.", [nameof(User)]);
        }

        if (PasswordFile is not null && (!Path.IsPathRooted(PasswordFile) || PasswordFile.Contains('\0', StringComparison.Ordinal)))
        {
            yield return new ValidationResult("Write an absolute path.", [nameof(PasswordFile)]);
        }

        if (HostList is not null && (!Path.IsPathRooted(HostList) || HostList.Contains('\0', StringComparison.Ordinal)))
        {
            yield return new ValidationResult("Write an absolute path.", [nameof(HostList)]);
        }

        if (TunnelLength + TunnelVariance < 0)
        {
            yield return new ValidationResult("Tunnels would have fewer than no routers. Write a variance that is not below the length.", [nameof(TunnelVariance)]);
        }

        if (SpareSessions >= MaxSessions)
        {
            yield return new ValidationResult("There would be spare sessions only. Write fewer than maxSessions.", [nameof(SpareSessions)]);
        }

        foreach (string problem in SamSessionOptions.Check(SessionOptions, MostSessionOptions))
        {
            yield return new ValidationResult(problem, [nameof(SessionOptions)]);
        }
    }
}
