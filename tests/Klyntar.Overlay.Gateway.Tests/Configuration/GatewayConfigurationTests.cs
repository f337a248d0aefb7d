using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class GatewayConfigurationTests
{
    [Fact]
    public void Preparing_reads_what_says_nothing_without_any_transport()
    {
        Action preparing = GatewayConfiguration.Prepare;

        preparing.Should().NotThrow("it would compile the way of an error, and not the usual one");
    }

    [Fact]
    public void A_whole_configuration_is_read()
    {
        GatewayOptions options = Read("""
            {
              // Comments and trailing commas are fine.
              "$schema": "docs/overlay.schema.json",
              "dataFolder": "data",
              "socks": [
                { "listen": "127.0.0.1:5666", "extendedErrors": true },
                {
                  "listen": "unix:/run/x.sock", "allowedUids": [1000, 4294967294],
                  "limits": { "connections": 10, "connectionsPerClient": 5, "handshakeTimeout": "500ms", "dialTimeout": "1.5m", "pendingDialsPerDestination": 2 },
                },
                { "listen": "[::]:1080", "allowRemote": true, "credentials": [ { "user": "u", "passwordFile": "/secret/p" } ] },
              ],
              "services": {
                "node": {
                  "ports": { "80": "127.0.0.1:7332", "9999": "unix:/run/node.sock" },
                  "on": [ "tor", "i2p" ],
                  "identity": "old-node",
                  "options": { "tor": { "maxStreams": 7 } },
                },
              },
              "transports": { "tor": { "level": 9, "patience": "never", "mode": "external", "lines": [ "a", "b" ], "inner": { "level": 2 } }, "i2p": {} },
              "clearnet": { "names": "i2p" },
              "relay": { "idleLimit": "2h", "finHoldBack": "10s", "visitorFinHoldBack": "2s" },
              "limits": { "pendingDials": 12, "drainTime": "0s" },
            }
            """);

        options.DataFolder.Should().Be("/etc/klyntar/data", "a relative path starts at the file");
        options.Socks.Should().HaveCount(3);
        options.Socks[0].Should().BeEquivalentTo(new SocksDoorOptions { ExtendedErrors = true });
        options.Socks[1].Listen.Should().Be(new UnixDomainSocketEndPoint("/run/x.sock"));
        options.Socks[1].AllowedUids.Should().Equal(1000, 4294967294);
        options.Socks[1].Limits.Should().Be(new SocksLimits
        {
            Connections = 10,
            ConnectionsPerClient = 5,
            HandshakeTimeout = TimeSpan.FromMilliseconds(500),
            DialTimeout = TimeSpan.FromSeconds(90),
            PendingDialsPerDestination = 2,
        });
        options.Socks[2].Listen.Should().Be(new IPEndPoint(IPAddress.IPv6Any, 1080));
        options.Socks[2].Credentials.Should().Equal(new SocksCredential { User = "u", PasswordFile = "/secret/p" });
        ServiceOptions node = options.Services["node"];
        node.Ports.Should().BeEquivalentTo(new Dictionary<int, EndPoint> { [80] = IPEndPoint.Parse("127.0.0.1:7332"), [9999] = new UnixDomainSocketEndPoint("/run/node.sock") });
        node.On.Should().Equal("tor", "i2p");
        node.Identity.Should().Be("old-node");
        node.Options["tor"].Should().Be(new SampleServiceOptions { MaxStreams = 7 });
        options.Transports["tor"].Should().BeEquivalentTo(new SampleOptions
        {
            Level = 9,
            Patience = Timeout.InfiniteTimeSpan,
            Mode = SampleMode.External,
            Lines = ["a", "b"],
            Inner = new SampleOptions { Level = 2 },
        });
        options.Clearnet.Should().Be(new ClearnetOptions { Names = "i2p" });
        options.Relay.Should().Be(new RelayTimes { IdleLimit = TimeSpan.FromHours(2), FinHoldBack = TimeSpan.FromSeconds(10), VisitorFinHoldBack = TimeSpan.FromSeconds(2) });
        options.Limits.Should().Be(new GatewayLimits { PendingDials = 12, DrainTime = TimeSpan.Zero });
    }

    [Fact]
    public void An_empty_object_means_the_defaults()
    {
        GatewayOptions options = Read("{}");

        options.Should().BeEquivalentTo(new GatewayOptions());
        options.Socks.Should().ContainSingle().Which.Listen.Should().Be(new IPEndPoint(IPAddress.Loopback, 5666));
    }

    [Fact]
    public void False_switches_a_transport_off_that_runs_by_default()
    {
        EnabledTransports.Names(Read("""{ "transports": { "tor": false, "loopback": {} } }"""), SampleFactory.Catalog).Should().Equal("loopback");
        EnabledTransports.Names(Read("{}"), SampleFactory.Catalog).Should().Equal("tor");
    }

    [Fact]
    public void All_errors_are_told_at_once_with_place_reason_and_advice()
    {
        ConfigurationException thrown = Refused("""
            {
              "sokcs": [],
              "dataFolder": 7,
              "socks": [
                { "listen": "localhost:5666", "limits": { "handshakeTimeout": "10", "connections": 0 } },
                { "listen": "0.0.0.0:1080" },
                { "listen": "127.0.0.1:1081", "allowedUids": [ 0 ] },
                { "listen": "127.0.0.1:1081" }
              ],
              "services": {
                "My Node": { "ports": { "80": "127.0.0.1:7332" }, "on": [ "tor" ] },
                "node": {
                  "ports": { "0": "127.0.0.1:1", "070": "127.0.0.1:1", "81": "localhost:80", "82": "0.0.0.0:80", "83": "127.0.0.1:1081" },
                  "on": [ "tor", "tor", "i2p", "trr" ],
                  "options": { "i2p": {}, "tor": { "maxStreams": "many" } }
                },
                "none": {}
              },
              "transports": {
                "tor": { "level": 10, "mode": "manged", "patience": 30, "inner": { "mode": "external", "program": "/p" } },
                "looback": {},
                "loopback": true
              },
              "clearnet": { "names": "i2p", "names": "tor" },
              "relay": { "idleLimit": "0s" },
              "limits": null
            }
            """);

        thrown.Message.Should().Be("""
            /etc/klyntar/overlay.json: 30 things are wrong.
              2:3: sokcs: There is no key "sokcs" here. Did you mean "socks"?
              3:17: dataFolder: This is a number. Write a text in quotes.
              5:17: socks[0].listen: "localhost:5666": A name is not accepted here, since the gateway never resolves names. Write an IP address and port such as "127.0.0.1:7332" or "[::1]:7332", or "unix:/path".
              5:67: socks[0].limits.handshakeTimeout: "10" is no time. Write a time with its unit in quotes, such as "500ms", "30s", "2m" or "1h", or "never".
              5:88: socks[0].limits.connections: 0 is out of range. Write a number from 1 to 1000000.
              6:17: socks[1].listen: 0.0.0.0:1080 can be reached from other machines. Listen on 127.0.0.1 or [::1], or on a Unix socket; or, if others shall use this door, add "allowRemote": true and "credentials": [{ "user": "…", "passwordFile": "…" }].
              7:50: socks[2].allowedUids: Only Unix sockets tell which user connects. Listen on "unix:/path", or remove this key.
              8:17: socks[3].listen: socks[2] listens on 127.0.0.1:1081 already. Give each door an address or port of its own.
              11:16: services["My Node"]: "My Node" cannot name a service. Write lower case letters, digits, dashes, dots and underscores, at most 64, not starting with a dot.
              13:23: services.node.ports.0: 0 is no port. Write a port from 1 to 65535.
              13:38: services.node.ports.070: The key "070" is no number. Write a whole number in quotes, such as "80".
              13:66: services.node.ports.81: "localhost:80": A name is not accepted here, since the gateway never resolves names. Write an IP address and port such as "127.0.0.1:7332" or "[::1]:7332", or "unix:/path", or a name on an overlay and its port such as "….b32.i2p:7332".
              13:88: services.node.ports.82: 0.0.0.0 is where to listen, not where to connect. Write 127.0.0.1:80, and have the node listen there alone.
              13:108: services.node.ports.83: 127.0.0.1:1081 is the gateway's own SOCKS door: every visitor could dial through it. Write the end point of the node that shall be published.
              14:22: services.node.on[1]: "tor" is here twice. Keep one of them.
              14:29: services.node.on[2]: The transport "i2p" is not enabled. Write "i2p": {} into "transports".
              14:36: services.node.on[3]: There is no transport "trr". Did you mean "tor"?
              15:20: services.node.options.i2p: Services have no options on "i2p". Remove this key.
              15:54: services.node.options.tor.maxStreams: This is a text. Write a whole number without quotes.
              17:13: services.none.ports: The key "ports" is missing. Which target each virtual port (1 to 65535) leads to: an IP address and port such as "127.0.0.1:7332", or "unix:/path"; or a name on an overlay and its port, such as "….b32.i2p:7332", which is dialled over its transport.
              17:13: services.none.on: The key "on" is missing. The names of the transports that publish it, such as ["tor", "i2p"].
              20:23: transports.tor.level: 10 is out of range. Write a number from 1 to 9.
              20:35: transports.tor.mode: "manged" is not known here. Write one of "managed", "external".
              20:57: transports.tor.patience: This is a number. Write a time with its unit in quotes, such as "500ms", "30s", "2m" or "1h", or "never".
              20:103: transports.tor.inner.program: A program is started only when managed. Remove "program", or set "mode" to "managed".
              21:5: transports.looback: There is no transport "looback". Did you mean "loopback"?
              22:17: transports.loopback: This is true. Write an object, {} for the defaults, or false to switch the transport off.
              24:33: clearnet.names: The key "names" is here twice. Keep one of them.
              25:27: relay.idleLimit: "0s" is not possible here. Write more than "0s" and at most "30d", or "never".
              26:13: limits: null is no value for this key. Leave the key out to get its default.
            """);
    }

    [Theory]
    [InlineData("", "1:1: This is not JSON: ")]
    [InlineData("{ \"socks\": [ ", "1:14: This is not JSON: ")]
    [InlineData("{}\n\n  x", "3:3: This is not JSON: 'x' is invalid after a single JSON value.")]
    [InlineData("[]", "1:1: This is a list. Write an object: { … }.")]
    [InlineData("{ \"\\ud800\": 1 }", "A key holds an escape that is half a character.")]
    [InlineData("{ \"dataFolder\": \"\\ud800\" }", "1:17: dataFolder: This is a text. Write a text in quotes.")]
    [InlineData("{ \"relay\": { \"idleLimit\": \"\\ud800\" } }", "1:27: relay.idleLimit: \"?\" is no time.")]
    public void What_is_no_JSON_or_no_object_is_refused_with_its_place(string text, string expected) =>
        Refused(text).Message.Should().Contain(expected);

    [Fact]
    public void A_nested_text_of_any_depth_is_refused_and_not_followed() =>
        Refused(new string('[', 100_000)).Message.Should().Contain("This is not JSON");

    [Fact]
    public void A_file_of_more_than_1_MiB_is_refused() =>
        Refused("{}" + new string(' ', 1 << 20)).Message.Should().Contain("longer than 1 MiB");

    [Fact]
    public void A_file_that_is_not_UTF8_is_refused()
    {
        Action reading = () => GatewayConfiguration.Read([0x7B, 0xFF, 0x7D], "/overlay.json", SampleFactory.Catalog);

        reading.Should().Throw<ConfigurationException>().WithMessage("*not UTF-8*");
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Read("\uFEFF{}").Should().NotBeNull();

    [Fact]
    public void A_missing_file_is_told_with_the_next_step()
    {
        Action loading = () => GatewayConfiguration.Load("/nonexistent/overlay.json", SampleFactory.Catalog);

        loading.Should().Throw<OverlayException>().WithMessage("The configuration /nonexistent/overlay.json cannot be read: *--config*");
    }

    [Fact]
    public void A_remote_door_with_allowRemote_still_needs_credentials() =>
        Refused("""{ "socks": [ { "listen": "192.0.2.1:1080", "allowRemote": true } ] }""").Errors
            .Should().ContainSingle().Which.Advice.Should().EndWith("if others shall use this door, add \"credentials\": [{ \"user\": \"…\", \"passwordFile\": \"…\" }].");

    [Fact]
    public void A_rule_about_what_could_not_be_read_is_not_reported_as_well() =>
        Refused("""{ "socks": [ { "listen": "0.0.0.0:1", "allowRemote": "yes", "credentials": [ { "user": "u" } ] } ] }""").Errors.Select(e => e.Path)
            .Should().Equal("socks[0].allowRemote", "socks[0].credentials[0].passwordFile");

    [Theory]
    [InlineData("[::ffff:127.0.0.1]:5666", true)]
    [InlineData("127.3.4.5:5666", true)]
    [InlineData("[::1]:5666", true)]
    [InlineData("unix:/run/s", true)]
    [InlineData("[::ffff:192.0.2.1]:5666", false)]
    [InlineData("[::]:5666", false)]
    [InlineData("0.0.0.0:0", false)]
    public void Only_loopback_and_Unix_sockets_are_listened_on_without_further_words(string listen, bool accepted)
    {
        Action reading = () => Read($$"""{ "socks": [ { "listen": "{{listen}}" } ] }""");

        if (accepted)
        {
            reading.Should().NotThrow();
        }
        else
        {
            reading.Should().Throw<ConfigurationException>();
        }
    }

    [Fact]
    public void Two_services_do_not_share_an_identity_on_one_overlay() =>
        Refused("""
            { "services": {
                "a": { "ports": { "80": "127.0.0.1:1" }, "on": [ "tor" ], "identity": "b" },
                "b": { "ports": { "80": "127.0.0.1:2" }, "on": [ "tor" ] } } }
            """).Errors.Should().ContainSingle().Which.Reason.Should().Be("services.a is published on tor under the same identity.");

    [Fact]
    public void Options_of_a_transport_are_checked_by_their_own_attributes_and_rules() =>
        Refused("""{ "transports": { "i2p": { "contact": "x", "inner": { "mode": "external", "program": "/p" }, "linse": [] } } }""").Errors.Select(e => e.ToString())
            .Should().Equal(
                "1:39: transports.i2p.contact: The contact field is not a valid e-mail address.",
                "1:86: transports.i2p.inner.program: A program is started only when managed. Remove \"program\", or set \"mode\" to \"managed\".",
                "1:94: transports.i2p.linse: There is no key \"linse\" here. Did you mean \"lines\"?");

    [Fact]
    public void Times_out_of_range_are_told_in_the_form_they_are_written() =>
        Refused("""{ "transports": { "i2p": { "wait": "10m" } } }""").Errors.Should().ContainSingle().Which.ToString()
            .Should().Be("1:36: transports.i2p.wait: \"10m\" is out of range. Write a time from \"1s\" to \"5m\".");

    [Theory]
    [InlineData("/d/dial.sock")]
    [InlineData("/d/x/../gateway.sock")]
    public void The_gateways_own_sockets_are_no_target(string target) =>
        Refused($$"""{ "dataFolder": "/d/", "services": { "n": { "on": [ "tor" ], "ports": { "80": "unix:{{target}}" } } } }""").Errors
            .Should().ContainSingle().Which.Reason.Should().EndWith("is the gateway's own socket: every visitor could dial through it.");

    [Theory]
    [InlineData("\"\"", "The path is empty.")]
    [InlineData("\"~/data\"", "\"~\" means something to the shell alone.")]
    [InlineData("\"a\\u0000b\"", "A path has no NUL in it.")]
    public void A_path_is_one(string path, string expected)
    {
        Refused($$"""{ "dataFolder": {{path}} }""").Errors.Should().ContainSingle().Which.Reason.Should().Be(expected);
        Refused($$"""{ "socks": [ { "credentials": [ { "user": "u", "passwordFile": {{path}} } ] } ] }""").Errors.Should().ContainSingle().Which.Reason.Should().Be(expected);
    }

    [Fact]
    public void Values_of_texts_are_not_repeated_since_they_may_be_secrets() =>
        Refused("""{ "transports": { "tor": { "level": "hunter2", "lines": "hunter2" } } }""").Message.Should().NotContain("hunter2");

    [Fact]
    public void Options_made_in_code_are_checked_by_the_same_rules()
    {
        var options = new GatewayOptions
        {
            Services = new Dictionary<string, ServiceOptions>
            {
                ["node"] = new() { Ports = new Dictionary<int, EndPoint> { [80] = new DnsEndPoint("localhost", 80), [70000] = new IPEndPoint(IPAddress.Loopback, 1) }, On = ["tor"] },
            },
            Transports = new Dictionary<string, object?> { ["tor"] = new SampleOptions { Level = 0 }, ["i2p"] = "no" },
        };

        Action validating = () => GatewayConfiguration.Validate(options, SampleFactory.Catalog);

        validating.Should().Throw<ConfigurationException>().Which.Errors.Select(e => e.Path)
            .Should().BeEquivalentTo("transports.tor.level", "transports.i2p", "services.node.ports.80", "services.node.ports.70000");
    }

    [Fact]
    public void A_flood_of_errors_is_cut_and_counted() =>
        Refused("{" + string.Join(",", Enumerable.Range(0, 250).Select(i => $"\"key{i}\": 1")) + "}").Errors
            .Should().HaveCount(101).And.Subject.Last().Reason.Should().Be("There are 150 more.");

    [Fact]
    public void Any_bytes_give_options_or_a_configuration_exception() =>
        Gen.Byte.Array[0, 200].Sample(IsTotal, iter: 2_000);

    [Fact]
    public void A_configuration_with_any_piece_replaced_gives_options_or_a_configuration_exception()
    {
        byte[] valid = Encoding.UTF8.GetBytes("""
            { "socks": [ { "listen": "127.0.0.1:1", "limits": { "dialTimeout": "1s", "connections": 3 } } ], "clearnet": { "names": null },
              "services": { "n": { "ports": { "80": "unix:/x" }, "on": [ "tor" ], "options": { "tor": { "maxStreams": 1 } } } },
              "transports": { "tor": { "mode": "managed", "lines": [ "" ], "inner": { "level": 1 } } } }
            """);
        string[] pieces = ["null", "{}", "[]", "true", "1e99", "-1", "\"\"", "\"\\ud800\"", "{\"\":{}}", "[null]", "[[[", "\"never\"", "\"\\u0000\"", ":", ",", "\u0000"];

        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 20], Gen.Int[0, pieces.Length - 1].Select(i => pieces[i])).Sample(
            (at, length, piece) => IsTotal([.. valid[..at], .. Encoding.UTF8.GetBytes(piece), .. valid[Math.Min(valid.Length, at + length)..]]), iter: 5_000);
    }

    private static void IsTotal(byte[] text)
    {
        try
        {
            GatewayConfiguration.Read(text, "/overlay.json", SampleFactory.Catalog);
        }
        catch (ConfigurationException e)
        {
            e.Errors.Should().NotBeEmpty().And.OnlyContain(x => x.Reason.Length > 0);
        }
    }

    private static GatewayOptions Read(string text) =>
        GatewayConfiguration.Read(Encoding.UTF8.GetBytes(text), "/etc/klyntar/overlay.json", SampleFactory.Catalog);

    private static ConfigurationException Refused(string text)
    {
        Func<GatewayOptions> reading = () => Read(text);
        return reading.Should().Throw<ConfigurationException>().Which;
    }
}
