using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2POptionsTests
{
    private static readonly I2POptions Valid = new() { Sam = new IPEndPoint(IPAddress.Loopback, 7656), User = "me", PasswordFile = "/password" };

    public static TheoryData<string, I2POptions> Mistakes => new()
    {
        { nameof(I2POptions.Sam), Valid with { Sam = new IPEndPoint(IPAddress.Loopback, 0) } },
        { nameof(I2POptions.Sam), Valid with { Sam = new DnsEndPoint("localhost", 7656) } },
        { nameof(I2POptions.User), Valid with { PasswordFile = null } },
        { nameof(I2POptions.PasswordFile), Valid with { User = null } },
        { nameof(I2POptions.User), Valid with { User = "a\nb" } },
        { nameof(I2POptions.PasswordFile), Valid with { PasswordFile = "./password" } },
        { nameof(I2POptions.TunnelVariance), Valid with { TunnelLength = 1, TunnelVariance = -2 } },
        { nameof(I2POptions.TunnelLength), Valid with { TunnelLength = 8 } },
        { nameof(I2POptions.TunnelQuantity), Valid with { TunnelQuantity = 0 } },
        { nameof(I2POptions.SpareSessions), Valid with { MaxSessions = 2, SpareSessions = 2 } },
        { nameof(I2POptions.MaxSessions), Valid with { MaxSessions = 0, SpareSessions = 0 } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = new Dictionary<string, string> { ["inbound.length"] = "0" } } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = new Dictionary<string, string> { ["destination"] = "x" } } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = new Dictionary<string, string> { ["a b"] = "x" } } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = new Dictionary<string, string> { ["a"] = "x\nQUIT" } } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = new Dictionary<string, string> { ["i2cp.leaseSetType"] = "5" } } },
        { nameof(I2POptions.OneDestination), new() { OneDestination = true } },
        { nameof(I2POptions.HostList), Valid with { HostList = "hosts.txt" } },
        { nameof(I2POptions.SessionOptions), Valid with { SessionOptions = Enumerable.Range(0, 33).ToDictionary(i => $"a{i}", _ => "x") } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_setting_that_cannot_be_is_named(string name, I2POptions options)
    {
        var problems = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true).Should().BeFalse();
        problems.SelectMany(p => p.MemberNames).Distinct().Should().Equal(name);
        problems.Should().AllSatisfy(p => p.ErrorMessage.Should().EndWith("."));
    }

    [Fact]
    public void Sensible_settings_are_valid_and_become_options_of_each_session()
    {
        Validator.TryValidateObject(Valid, new ValidationContext(Valid), null, validateAllProperties: true).Should().BeTrue();
        SamSessionOptions.Of(Valid with { TunnelLength = 2, TunnelVariance = 1, SessionOptions = new Dictionary<string, string> { ["i2cp.leaseSetEncType"] = "4", ["i2cp.gzip"] = "false" } })
            .Should().BeEquivalentTo(
                "inbound.length=2", "outbound.length=2", "inbound.lengthVariance=1", "outbound.lengthVariance=1", "inbound.quantity=3", "outbound.quantity=3",
                "i2cp.leaseSetEncType=4", "i2cp.gzip=false");
    }
}
