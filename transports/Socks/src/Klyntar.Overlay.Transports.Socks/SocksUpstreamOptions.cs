using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>One SOCKS5 server: where it is, what is dialled through it, and what it can carry.</summary>
public sealed record SocksUpstreamOptions : IValidatableObject
{
    // A length is a byte (RFC 1929, section 2).
    private const int LongestUser = 255;
    private const int MostSuffixes = 64;

    /// <summary>Where the server listens: an address or a Unix socket, never a name.</summary>
    [Description("Where the server listens: an IP address and port such as \"127.0.0.1:1080\", or \"unix:/path\".")]
    public required EndPoint Server { get; init; }

    /// <summary>The user name that the server asks for; null where it asks for none.</summary>
    [Description("The user name that the server asks for, 1 to 255 bytes. Left out, none is given.")]
    public string? User { get; init; }

    /// <summary>The file with the password of <see cref="User"/> on its first line.</summary>
    [Description("The absolute path of a file whose first line is the password of \"user\", and which others cannot read.")]
    public string? PasswordFile { get; init; }

    /// <summary>The ends of the names that are dialled through this server.</summary>
    [Description("The ends of the names that are dialled through this server, in lower case, such as [\".loki\", \".snode\"]. Never those of Tor, I2P and ZeroNet.")]
    public IReadOnlyList<string> Suffixes { get; init; } = [];

    /// <summary>Whether names that are no overlay's are dialled through this server.</summary>
    [Description("Whether names that are no overlay's, such as example.com, are dialled through this server. Set \"clearnet\": { \"names\": \"socks\" } as well.")]
    public bool Names { get; init; }

    /// <summary>Whether IP addresses are dialled through this server.</summary>
    [Description("Whether IP addresses are dialled through this server, its own network's among them. Set \"clearnet\": { \"addresses\": \"socks\" } as well.")]
    public bool Addresses { get; init; }

    /// <summary>Whether each isolation key is told to the server as a user name of its own, so that it keeps their connections apart.</summary>
    [Description("Whether clients who must not be linked are told to the server as different users, as tor takes it. Off unless the server keeps different users apart.")]
    public bool Isolation { get; init; }

    /// <summary>Whether the server passes the end of one direction on and keeps the other open.</summary>
    [Description("Whether the server passes the end of one direction on and keeps the other open, as ssh -D does. Left out, an end is held back until the answer is there.")]
    public bool HalfClose { get; init; }

    /// <summary>Whether the server says "connected" before it knows whether anybody is there.</summary>
    [Description("Whether the server says \"connected\" before it knows whether anybody is there: try a host or port where nobody is. ssh -D does not.")]
    public bool Unconfirmed { get; init; }

    /// <summary>Whether those who are dialled through this server see this machine's address; null for yes where it takes names or addresses of the ordinary network.</summary>
    [Description("Whether those who are dialled see this machine's own address, or one that leads to you. Say false for a server elsewhere that hides it, such as an exit you share with others. Default: true with \"names\" or \"addresses\", false with suffixes alone.")]
    public bool? ShowsAddress { get; init; }

    /// <summary><see cref="ShowsAddress"/>, or its default.</summary>
    internal bool IsAddressShown => ShowsAddress ?? (Names || Addresses);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Server is not (IPEndPoint { Port: > 0 } or UnixDomainSocketEndPoint))
        {
            yield return new ValidationResult("That is no server to connect to. Write an IP address with a port from 1 to 65535, or \"unix:/path\".", [nameof(Server)]);
        }

        if (Suffixes.Count == 0 && !Names && !Addresses)
        {
            yield return new ValidationResult("Nothing would be dialled through this server. Give it \"suffixes\", or set \"names\" or \"addresses\".", [nameof(Suffixes)]);
        }

        if (Suffixes.Count > MostSuffixes)
        {
            yield return new ValidationResult($"There are {Suffixes.Count} suffixes, and at most {MostSuffixes} are possible.", [nameof(Suffixes)]);
        }
        else if (Suffixes.Select(HostSuffix.Problem).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            yield return new ValidationResult(problem, [nameof(Suffixes)]);
        }

        foreach (ValidationResult result in CheckCredentials())
        {
            yield return result;
        }
    }

    private IEnumerable<ValidationResult> CheckCredentials()
    {
        if (User is null != PasswordFile is null)
        {
            yield return new ValidationResult("A user has a password, and a password a user. Give both \"user\" and \"passwordFile\", or neither.", [User is null ? nameof(User) : nameof(PasswordFile)]);
        }

        if (User is not null && Encoding.UTF8.GetByteCount(User) is 0 or > LongestUser)
        {
            yield return new ValidationResult($"A user name has 1 to {LongestUser} bytes.", [nameof(User)]);
        }

        if (PasswordFile is not null && !Path.IsPathFullyQualified(PasswordFile))
        {
            yield return new ValidationResult("The path is not absolute. Write it from \"/\" on.", [nameof(PasswordFile)]);
        }

        if (User is not null && Isolation)
        {
            yield return new ValidationResult("With a user of its own there is no room for the users that isolate. Leave out \"isolation\", or \"user\" and \"passwordFile\".", [nameof(Isolation)]);
        }
    }
}
