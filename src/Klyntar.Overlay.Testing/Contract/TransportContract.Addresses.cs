using System.Text;
using Klyntar.Overlay.Identities;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>What own addresses end in is told, in the form that names are compared by.</summary>
    [Fact]
    public void Own_addresses_end_as_the_suffixes_say()
    {
        ITransport transport = NewTransport();
        Assert.False(transport.Suffixes.IsDefault, "Suffixes must be an array, which may be empty.");
        Assert.All(transport.Suffixes, suffix => Assert.True(suffix is ['.', _, ..] && !suffix.Any(char.IsAsciiLetterUpper), $"\"{suffix}\" must be a dot and a lower-case label."));
        Assert.Equal(transport.Suffixes.Length, transport.Suffixes.Distinct().Count());
        Assert.SkipWhen(transport.Suffixes.IsEmpty, "The transport tells its names in another way than by their end.");
        string address = IdentitiesOf(transport).Create().Address;
        Assert.Contains(transport.Suffixes, suffix => address.EndsWith(suffix, StringComparison.Ordinal));
    }

    /// <summary>Parse is total: whatever a client writes gets an answer.</summary>
    [Fact]
    public void Parse_answers_any_string_and_never_throws()
    {
        ITransport transport = NewTransport();
        string? own = transport.Identities?.Create().Address;
        foreach (string host in HostileHosts(own))
        {
            foreach (int port in (int[])[0, 1, 80, 65535])
            {
                ParsedHost parsed;
                try
                {
                    parsed = transport.Parse(host, port);
                }
                catch (Exception e)
                {
                    Assert.Fail($"Parse must never throw, but for {Show(host)} it threw {e}");
                    return;
                }

                if (parsed.EndPoint is { } endPoint)
                {
                    Assert.True(endPoint.Overlay == transport.Name, $"An end point's overlay must be the transport's name '{transport.Name}', not '{endPoint.Overlay}'.");
                    Assert.True(endPoint.Port == port, $"Parse must keep the port {port}, and gave {endPoint.Port}.");
                    Assert.True(
                        transport.Parse(endPoint.Host, port).EndPoint?.Equals(endPoint) == true,
                        $"The canonical host of {Show(host)}, {Show(endPoint.Host)}, must parse to the same end point.");
                }
            }
        }
    }

    /// <summary>An address means the same however it is written.</summary>
    [Fact]
    public void An_address_parses_to_itself_with_a_final_dot_and_in_any_case_where_case_means_nothing()
    {
        ITransport transport = NewTransport();
        string address = IdentitiesOf(transport).Create().Address;
        OverlayEndPoint? endPoint = transport.Parse(address, 7332).EndPoint;
        Assert.True(endPoint is not null, "An identity's address must parse.");
        Assert.True(endPoint.Host == address, $"An identity's address must be canonical: {Show(address)} parses to {Show(endPoint.Host)}.");
        Assert.Equal(7332, endPoint.Port);
        Assert.Equal(transport.Name, endPoint.Overlay);
        foreach (string written in AddressesIgnoreCase ? (string[])[address.ToUpperInvariant(), address + ".", address.ToUpperInvariant() + "."] : [address + "."])
        {
            Assert.True(endPoint.Equals(transport.Parse(written, 7332).EndPoint), $"{Show(written)} must mean the same as {Show(address)}.");
        }

        Assert.DoesNotContain(address[..Math.Max(1, address.LastIndexOf('.'))], endPoint.Redacted, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What is written behind a name is for the overlay alone: it makes no other address of it, and no name of others this overlay's.</summary>
    [Fact]
    public void A_query_is_refused_or_changes_nothing_of_who_is_meant()
    {
        ITransport transport = NewTransport();
        string address = IdentitiesOf(transport).Create().Address;
        OverlayEndPoint? endPoint = transport.Parse(address, 80).EndPoint;
        foreach (string query in (string[])["", "a", "a=b", "a=b&c=d", "?", "#", "%", "%00", "=", "&", ",", "a:80", new string('a', 100_000), "\0", "\ud800", .. Queries])
        {
            ParsedHost parsed;
            try
            {
                parsed = transport.Parse(address, 80, query);
                Assert.True(transport.Parse("example.com", 80, query).IsClaimed == transport.Parse("example.com", 80).IsClaimed, $"The query {Show(query)} makes another overlay's name this one's.");
            }
            catch (Exception e)
            {
                Assert.Fail($"Parse must never throw, but for the query {Show(query)} it threw {e}");
                return;
            }

            Assert.True(parsed.IsClaimed, "A name is its overlay's with a query as well.");
            Assert.True(parsed.EndPoint is null || parsed.EndPoint.Equals(endPoint), $"With the query {Show(query)} an address must be the same as without it.");
            Assert.True(parsed.EndPoint is null || parsed.EndPoint.ToString() == endPoint!.ToString(), "An end point's text is its host and port.");
        }

        foreach (string query in Queries)
        {
            Assert.True(transport.Parse(address, 80, query).EndPoint is not null, $"The overlay knows the query {Show(query)}.");
        }
    }

    /// <summary>Whoever mistypes an address is told so, and is never connected to somebody else.</summary>
    [Fact]
    public void A_mistyped_address_is_never_taken_for_another()
    {
        Assert.SkipUnless(AddressesHaveChecksums, "The overlay's addresses have no checksum.");
        ITransport transport = NewTransport();
        IIdentityFormat identities = IdentitiesOf(transport);
        string[] addresses = [.. Enumerable.Range(0, 20).Select(_ => identities.Create().Address)];
        foreach (Slip slip in Slip.All(AddressesIgnoreCase))
        {
            int tried = 0;
            List<string> taken = [];
            foreach (string address in addresses)
            {
                foreach (string host in slip.Of(address))
                {
                    tried++;
                    if (transport.Parse(host, 80).EndPoint is { } endPoint && endPoint.Host != address)
                    {
                        taken.Add(host);
                    }
                }
            }

            // A checksum of 16 bits lets one in 65 536 through, and one of 8 bits one in 256: what is allowed lies far from both.
            Assert.True(
                taken.Count <= Math.Max(2, tried / 4096),
                $"{taken.Count} of {tried} addresses with {slip.What} are taken for others, such as {Show(taken.FirstOrDefault() ?? "")}. Every single wrong, missing, added or swapped character must be told, " +
                $"save for fewer than one in 4096: a checksum of 16 bits does so, one of 8 does not. Where the overlay's addresses have none, override {nameof(AddressesHaveChecksums)}.");
        }
    }

    /// <summary>What belongs to others is left to others: the gateway refuses it, and nothing leaves by another road.</summary>
    [Fact]
    public void Names_of_others_are_not_claimed()
    {
        ITransport transport = NewTransport();
        foreach (string host in ForeignHosts)
        {
            Assert.False(transport.Parse(host, 80).IsClaimed, $"{Show(host)} belongs to others and must not be claimed.");
        }
    }

    private List<string> HostileHosts(string? own)
    {
        string suffix = own is null ? ".test" : own[Math.Max(0, own.LastIndexOf('.'))..];
        List<string> hosts =
        [
            "", ".", "..", "\0", " ", "\r\n", "\ud800", "\udc00\ud800", "\u212a" + suffix, "ı" + suffix, "İ" + suffix, "ß" + suffix, "%00" + suffix,
            suffix, "." + suffix, suffix + suffix, "a" + suffix, "a." + suffix, suffix[..^1], suffix + "..", suffix.ToUpperInvariant(), "[" + suffix + "]", "::1", "1.2.3.4",
            new string('a', 63), new string('a', 64) + suffix, new string('.', 256) + suffix, new string('a', 1 << 20), new string('.', 1 << 20), new string('a', 1 << 20) + suffix,
            new string('é', 1 << 16) + suffix,
        ];
        if (own is not null)
        {
            hosts.AddRange(
            [
                own, own + ".", own + "..", "." + own, "www." + own, "a.b.c." + own, new string('a', 250) + "." + own, own + ":80", own + "/", " " + own, own + " ", own + "\0",
                own.Replace('a', 'а'), own[..^1], own + suffix, "xn--" + own, own.Normalize(NormalizationForm.FormD), string.Concat(Enumerable.Repeat(own, 1000)),
            ]);
        }

        var random = new Random(2);
        for (int i = 0; i < Limits.RandomInputs; i++)
        {
            char[] text = new char[random.Next(80)];
            for (int c = 0; c < text.Length; c++)
            {
                text[c] = random.Next(4) == 0 ? (char)random.Next(char.MaxValue + 1) : (char)random.Next(128);
            }

            string noise = new(text);
            hosts.Add(random.Next(2) == 0 ? noise : noise + suffix);
            if (own is not null)
            {
                char[] mutated = own.ToCharArray();
                mutated[random.Next(mutated.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : char.MaxValue + 1);
                hosts.Add(new string(mutated));
            }
        }

        return hosts;
    }

    /// <summary>A host as it may be printed: short, and without what a terminal or a log would obey.</summary>
    private static string Show(string host)
    {
        StringBuilder text = new("\"");
        foreach (char c in host.AsSpan(0, Math.Min(host.Length, 100)))
        {
            _ = c is > ' ' and < '\x7f' ? text.Append(c) : text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Append(host.Length > 100 ? $"…\" ({host.Length} characters)" : "\"").ToString();
    }
}
