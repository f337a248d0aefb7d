using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>What an operator may get wrong about client keys, told with its place and without the keys.</summary>
public sealed class ClientAuthorizationTests
{
    private const string Secret = "7DPB4KFPELPJKRLUDSJLAS2HCEF74D4ARNTGFQAASNLAOPK3BZMA";

    [Fact]
    public void Clients_are_checked_with_the_configuration()
    {
        string told = Read($$"""
            {
              "services": {
                "node": {
                  "on": ["tor"], "ports": { "80": "127.0.0.1:80" },
                  "options": { "tor": { "clients": { "alice": "abc:descriptor:x25519:{{Secret}}", "bob": "?" }, "proofOfWorkQueueRate": 5 } }
                }
              }
            }
            """);

        told.Should().Contain("services.node.options.tor.clients").And.Contain("\"alice\"").And.Contain("services.node.options.tor.proofOfWork");
        told.Should().NotContain(Secret);
    }

    [Fact]
    public void A_name_is_given_to_one_client_alone() =>
        Read($$"""{ "services": { "node": { "on": ["tor"], "ports": { "80": "127.0.0.1:80" }, "options": { "tor": { "clients": { "alice": "a", "alice": "b" } } } } } }""")
            .Should().Contain("\"alice\" is here twice");

    [Fact]
    public void The_services_of_client_keys_are_checked_with_the_configuration() =>
        Read("""{ "transports": { "tor": { "clientAuth": { "example.com": "alice" } } } }""")
            .Should().Contain("transports.tor.clientAuth").And.Contain("nothing before .onion");

    private static string Read(string text)
    {
        Action reading = () => GatewayConfiguration.Read(Encoding.UTF8.GetBytes(text), "/etc/klyntar/overlay.json", TransportCatalog.LoadBuiltIn());
        return reading.Should().Throw<ConfigurationException>().Which.Message;
    }
}
