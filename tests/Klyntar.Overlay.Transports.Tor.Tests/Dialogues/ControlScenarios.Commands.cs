using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

internal static partial class ControlScenarios
{
    private static async Task RefusedOnionsAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.OpenAsync();
        byte[] key = TorIdentityFormat.Instance.Export(TorIdentityFormat.Instance.Create(), TorIdentityFormat.ControlFormat);
        (int Port, string Target)[] ports = [(80, "127.0.0.1:1")];
        (AddOnionRequest Request, int Status)[] requests =
        [
            (new AddOnionRequest(key, []), 512),
            (new AddOnionRequest("RSA9:AAAA"u8.ToArray(), ports), 513),
            (new AddOnionRequest("ED25519-V3:AAAA"u8.ToArray(), ports), 512),
            (new AddOnionRequest(key, [(80, "nowhere")]), 512),
            (new AddOnionRequest(key, ports) { Flags = ["Unheard"] }, 512),
            (new AddOnionRequest(key, ports) { Arguments = [("Unheard", "1")] }, 512),
            (new AddOnionRequest(key, ports) { Arguments = [("MaxStreams", "x")] }, 512),
            (new AddOnionRequest(key, ports) { Flags = ["V3Auth"] }, 512),
            (new AddOnionRequest(key, ports) { Flags = ["V3Auth"], Arguments = [("ClientAuthV3", "short")] }, 512),
            (new AddOnionRequest(key, ports), 250),
            (new AddOnionRequest(key, ports), 550),
        ];
        foreach ((AddOnionRequest request, int status) in requests)
        {
            (await control.AddOnionAsync(request, Ct)).Status.Should().Be(status);
        }

        string other = TorIdentityFormat.Instance.Create().Address[..OnionAddress.LabelLength];
        (await control.SendAsync(ControlCommand.DelOnion(other), Ct)).Status.Should().Be(552);
        (await control.SendAsync(ControlCommand.DelOnion("short"), Ct)).Status.Should().Be(512);
    }

    private static async Task GiveClientKeysAsync(ControlStage stage)
    {
        ClientKeyring keyring = CreateKeyring("alice", "bob");
        await using TorControlConnection control = await stage.OpenAsync();
        (await keyring.GiveAsync(control, Ct)).Should().BeNull();
        (await keyring.GiveAsync(control, Ct)).Should().BeNull();
    }

    private static ClientKeyring CreateKeyring(params string[] names)
    {
        using var context = new TestTransportContext();
        var uses = new Dictionary<string, string>();
        var keys = new TorClientKeys(uses);
        foreach (string name in names)
        {
            uses[TorIdentityFormat.Instance.Create().Address] = name;
            context.ClientKeys.Create(name, keys.Create().Secret);
        }

        return ClientKeyring.Load(keys, context);
    }

    private static async Task ClientKeysByHandAsync(ControlStage stage)
    {
        OnionAddress service = OnionAddress.FromPublicKey(Ed25519ExpandedKey.Create().PublicKey);
        ClientKey key = new TorClientKeys(new Dictionary<string, string>()).Create();
        string secret = System.Text.Encoding.ASCII.GetString(key.Secret);
        await using PlainControl control = await PlainControl.OpenAsync(stage);
        (await control.AskAsync($"ONION_CLIENT_AUTH_VIEW {service.ServiceId}")).Status.Should().Be(250);
        (await control.AskAsync($"ONION_CLIENT_AUTH_ADD {service.ServiceId} {secret}")).Status.Should().Be(250);
        (await control.AskAsync("ONION_CLIENT_AUTH_VIEW")).Lines.Select(l => l.Text).Should().ContainSingle(t => t.StartsWith($"CLIENT {service.ServiceId} {secret}", StringComparison.Ordinal));
        (await control.AskAsync($"ONION_CLIENT_AUTH_ADD {service.ServiceId} {secret} Flags=Permanent")).Status.Should().Be(553);
        (await control.AskAsync($"ONION_CLIENT_AUTH_ADD {service.ServiceId} x25519:short")).Status.Should().Be(512);
        (await control.AskAsync($"ONION_CLIENT_AUTH_ADD short {secret}")).Status.Should().Be(512);
        (await control.AskAsync($"ONION_CLIENT_AUTH_REMOVE {service.ServiceId}")).Status.Should().Be(250);
        (await control.AskAsync($"ONION_CLIENT_AUTH_REMOVE {service.ServiceId}")).Status.Should().Be(251);
    }

    private static async Task EventsAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.OpenAsync();
        await control.ExecuteAsync(ControlCommand.SetEvents("CONF_CHANGED", "SIGNAL"), Ct);
        await control.ExecuteAsync(ControlCommand.SetConf(("AvoidDiskWrites", "0"), ("ExitPolicy", null)), Ct);
        (await control.NextEventAsync(Ct) ?? throw await control.Ended).Lines.Select(l => l.Text).Should().Equal("CONF_CHANGED", "AvoidDiskWrites=0", "OK");
        await control.ExecuteAsync(ControlCommand.Signal("NEWNYM"), Ct);
        (await control.NextEventAsync(Ct) ?? throw await control.Ended).Text.Should().Be("SIGNAL NEWNYM");
    }

    private static async Task QuestionsAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.OpenAsync();
        await control.ExecuteAsync(ControlCommand.SetEvents(StatusEvent.ClientEventName, StatusEvent.GeneralEventName, HsDescEvent.EventName, TransportLaunchedEvent.EventName), Ct);
        (await control.SendAsync(ControlCommand.SetEvents("UNHEARD"), Ct)).Status.Should().Be(552);
        KeyValueReply info = await control.GetInfoAsync([BootstrapPhase.InfoKey, "config-text", SocksListeners.InfoKey, TorHeartbeat.UptimeKey], Ct);
        BootstrapPhase.TryParse(info[BootstrapPhase.InfoKey]).Should().Be(new BootstrapPhase(0, "Starting", null));
        info["config-text"].Should().Contain("DisableNetwork 1\n");
        SocksListeners.Parse(info[SocksListeners.InfoKey]).Should().BeEmpty("it is opened with the network");
        long.Parse(info[TorHeartbeat.UptimeKey]!, System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThanOrEqualTo(0);
        (await control.SendAsync(ControlCommand.GetInfo("unheard"), Ct)).Status.Should().Be(552);
        (await control.GetConfAsync(["SocksPort", "Bridge"], Ct)).All("SocksPort").Should().ContainSingle(line => line!.StartsWith("unix:", StringComparison.Ordinal));
        (await control.SendAsync(ControlCommand.GetConf("Unheard"), Ct)).Status.Should().Be(552);
        await control.ExecuteAsync(ControlCommand.SetConf(("DisableNetwork", "1")), Ct);
        (await control.SendAsync(ControlCommand.SetConf(("Unheard", "1")), Ct)).Status.Should().Be(552);
        (await control.SendAsync(ControlCommand.SetConf(("SocksPort", "nowhere")), Ct)).Status.Should().BeOneOf(513, 553);
        (await control.SendAsync(ControlCommand.Signal("UNHEARD"), Ct)).Status.Should().Be(552);
        (await control.SendAsync(ControlCommand.CloseCircuit("0"), Ct)).Status.Should().Be(552);
        (await control.SendAsync(ControlCommand.FetchDescriptor("short"), Ct)).Status.Should().Be(513);
        string service = TorIdentityFormat.Instance.Create().Address[..OnionAddress.LabelLength];
        await control.ExecuteAsync(ControlCommand.FetchDescriptor(service), Ct);
    }
}
