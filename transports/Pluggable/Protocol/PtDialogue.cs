using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>
/// What a program says on its standard output until it is ready (pt-spec, section 3.3), without I/O: its lines in; its offer, "need more", or what is wrong out.
/// One program is asked for one method. Lines that are not known are ignored, as the specification wants.
/// </summary>
/// <param name="role">The side that it was asked for.</param>
/// <param name="method">The method that it was asked for.</param>
/// <param name="bind">Where a server was told to listen; null for a client.</param>
internal sealed class PtDialogue(PtRole role, string method, IPEndPoint? bind)
{
    /// <summary>The longest line that is read, in characters.</summary>
    public const int MaxLine = 4096;

    /// <summary>How many lines it may take to be ready.</summary>
    public const int MaxLines = 256;

    private int _lines;
    private bool _hasVersion;
    private bool _hasProxy;

    /// <summary>Whether it was told of a proxy, which it has to confirm: one that cannot use it would connect past it.</summary>
    public bool NeedsProxy { get; init; }

    /// <summary>What it offers, once it is ready; else null.</summary>
    public PtMethod? Offer { get; private set; }

    /// <summary>Whether it has said that that is all.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What is wrong with what it says, as the end of a sentence whose subject is the program, redacted; null where nothing is.</summary>
    public string? Violation { get; private set; }

    /// <summary>How many lines it said, for messages.</summary>
    public int Lines => _lines;

    private string Prefix => role == PtRole.Client ? "CMETHOD" : "SMETHOD";

    /// <summary>Reads a line.</summary>
    /// <returns>Whether the outcome is known now: <see cref="IsDone"/>, or a <see cref="Violation"/>. What follows is of no interest then.</returns>
    public bool Take(string line)
    {
        if (IsDone || Violation is not null)
        {
            return true;
        }

        if (++_lines > MaxLines)
        {
            return Fail($"said more than {MaxLines} lines before it was ready");
        }

        if (line.Length > MaxLine)
        {
            return Fail($"said a line of more than {MaxLine} characters");
        }

        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string rest = space < 0 ? "" : line[(space + 1)..];
        return (space < 0 ? line : line[..space]) switch
        {
            "VERSION" => TakeVersion(rest),
            "VERSION-ERROR" => Fail($"speaks no version of the protocol that is spoken here (VERSION-ERROR {rest})"),
            "ENV-ERROR" => Fail($"does not accept its environment: {rest}"),
            "PROXY" when rest == "DONE" => TakeProxy(),
            "PROXY-ERROR" => Fail($"cannot use the proxy: {rest}"),
            var word when word == Prefix => TakeMethod(rest.Split(' ')),
            var word when word == Prefix + "-ERROR" => TakeMethodError(rest),
            var word when word == Prefix + "S" && rest == "DONE" => TakeDone(),
            _ => false,
        };
    }

    private bool TakeVersion(string version)
    {
        if (version != "1")
        {
            return Fail($"speaks version {version} of the protocol, and was asked for version 1");
        }

        _hasVersion = true;
        return false;
    }

    private bool TakeProxy()
    {
        _hasProxy = true;
        return false;
    }

    private bool TakeMethodError(string rest)
    {
        string[] words = rest.Split(' ', 2);
        return words[0] == method
            ? Fail($"cannot offer {method}: {(words.Length > 1 ? words[1] : "it does not say why")}")
            : Fail($"tells an error of {words[0]}, which it was not asked for");
    }

    private bool TakeDone()
    {
        if (Offer is null)
        {
            return Fail($"offers no {method}");
        }

        if (NeedsProxy && !_hasProxy)
        {
            return Fail("does not say that it uses the proxy, and would connect past it");
        }

        IsDone = true;
        return true;
    }

    private bool TakeMethod(string[] words)
    {
        if (!_hasVersion)
        {
            return Fail("offers a method before it has told its version");
        }

        if (words[0] != method)
        {
            return Fail($"offers {words[0]}, which it was not asked for");
        }

        if (Offer is not null)
        {
            return Fail($"offers {method} twice");
        }

        return role == PtRole.Client ? TakeClientMethod(words) : TakeServerMethod(words);
    }

    // CMETHOD <methodname> socks5 <address:port>
    private bool TakeClientMethod(string[] words)
    {
        if (words.Length < 3)
        {
            return Fail("offers a method without an address");
        }

        if (words[1] != "socks5")
        {
            return Fail($"offers {method} by {words[1]}, and only socks5 is spoken here");
        }

        if (IpText.TryReadEndPoint(words[2]) is not { } address)
        {
            return Fail("offers a method at what is no address and port");
        }

        if (!IPAddress.IsLoopback(address.Address))
        {
            return Fail("offers a method at an address that is not this machine's alone");
        }

        Offer = new PtMethod(address, PtArguments.None);
        return false;
    }

    // SMETHOD <methodname> <address:port> [options]
    private bool TakeServerMethod(string[] words)
    {
        const string Arguments = "ARGS:";
        if (words.Length < 2 || IpText.TryReadEndPoint(words[1]) is not { } address)
        {
            return Fail("listens at what is no address and port");
        }

        if (!address.Equals(bind))
        {
            return Fail("listens at another address than it was told");
        }

        PtArguments arguments = PtArguments.None;
        if (Array.Find(words, word => word.StartsWith(Arguments, StringComparison.Ordinal)) is { } option
            && !PtArguments.TryReadServers(option.AsSpan(Arguments.Length), out arguments!))
        {
            return Fail("tells arguments that are none");
        }

        Offer = new PtMethod(address, arguments);
        return false;
    }

    private bool Fail(string violation)
    {
        Violation = LogText.Redact(violation);
        return true;
    }
}
