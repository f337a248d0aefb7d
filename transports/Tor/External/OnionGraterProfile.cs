using System.Net;
using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Writes a profile for onion-grater, the filter in front of the control port of Whonix and Tails: what the gateway says to tor, and nothing else.</summary>
/// <remarks>
/// Its rules are Python regular expressions that match the whole of a command's arguments, and of a line of an answer or event.
/// A local client is matched by program and user, another one by its address. Whonix merges the profiles of all programs into one, and
/// of two rules that match the first counts: so there is none for the SOCKS port, of which Whonix's own makes what Tor Browser needs
/// and which the operator names to us, and no event is dropped that another program may wait for.
/// </remarks>
public static class OnionGraterProfile
{
    private const string ServiceId = "[a-z2-7]{56}";
    private const string Base64 = "[A-Za-z0-9+/=]";
    private const string ClientKey = ServiceId + " x25519:" + Base64 + "{44}";

    /// <summary>Writes a profile.</summary>
    /// <param name="listen">The address of this machine at which tor hands over visitors: <see cref="TorOptions.ServiceListen"/>.</param>
    /// <param name="program">The absolute path of the gateway's program.</param>
    /// <returns>YAML text with a final line feed.</returns>
    public static string Write(IPAddress listen, string program)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentException.ThrowIfNullOrEmpty(program);
        string target = Escaped(listen.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{listen}]" : listen.ToString());
        string addOnion =
            $"ED25519-V3:{Base64}{{88}} Flags=DiscardPK(,MaxStreamsCloseCircuit|,V3Auth)*"
            + $"( MaxStreams=[0-9]{{1,5}}| PoWDefensesEnabled=[01]| PoWQueueRate=[0-9]{{1,7}}| PoWQueueBurst=[0-9]{{1,7}}| ClientAuthV3=[A-Za-z2-7]{{52}})*"
            + $"( Port=[0-9]{{1,5}},{target}:[0-9]{{1,5}})+";
        return $"""
            # What klyntar-overlay says to tor through onion-grater, and nothing else.
            # Whonix: on the gateway, as /usr/local/etc/onion-grater-merger.d/40_klyntar-overlay.yml; then restart onion-grater.
            # Tails: as /etc/onion-grater.d/klyntar-overlay.yml; then restart onion-grater.
            ---
            - exe-paths:
                - {Quoted(program)}
              apparmor-profiles:
                - {Quoted(program)}
              users:
                - '*'
              hosts:
                - {Quoted(listen.ToString())}
              commands:
                GETINFO:
                  - '{BootstrapPhase.InfoKey}'
                  - '{TorHeartbeat.UptimeKey}'
                ADD_ONION:
                  # The service's key, its options, and targets on this machine alone.
                  - {Quoted(addOnion)}
                DEL_ONION:
                  - '{ServiceId}'
                HSFETCH:
                  - '{ServiceId}'
                SIGNAL:
                  # Only when the operator asks for new circuits.
                  - 'NEWNYM'
                ONION_CLIENT_AUTH_ADD:
                  - '{ClientKey}'
              events:
                {StatusEvent.ClientEventName}:
                  suppress: false
                {StatusEvent.GeneralEventName}:
                  suppress: false
                {HsDescEvent.EventName}:
                  suppress: false
                  response:
                    # Which services others publish is seen; which they visit, and which relays keep what, is not.
                    - pattern: '650 {HsDescEvent.EventName} UPLOADED (\S+) (\S+) .*'
                      replacement: '650 {HsDescEvent.EventName} UPLOADED {ReplacedBy(2)} UNKNOWN'
                    - pattern: '650 {HsDescEvent.EventName} FAILED (\S+) (\S+) .* REASON=UPLOAD_REJECTED.*'
                      replacement: '650 {HsDescEvent.EventName} FAILED {ReplacedBy(2)} UNKNOWN REASON=UPLOAD_REJECTED'
                    - pattern: '650 {HsDescEvent.EventName} FAILED .* REASON=([A-Z_]+).*'
                      replacement: '650 {HsDescEvent.EventName} FAILED UNKNOWN UNKNOWN UNKNOWN REASON={ReplacedBy(1)}'
                    - pattern: '650 {HsDescEvent.EventName} RECEIVED .*'
                      replacement: '650 {HsDescEvent.EventName} RECEIVED UNKNOWN UNKNOWN UNKNOWN'
                    - pattern: '650 {HsDescEvent.EventName} (REQUESTED|IGNORE|FAILED) .*'
                      replacement: ''

            """.ReplaceLineEndings("\n");
    }

    // str.format's fields for the groups.
    private static string ReplacedBy(int groups) => string.Join(' ', Enumerable.Repeat("{}", groups));

    private static string Escaped(string text) => Regex.Replace(text, @"[.\[\]]", @"\$0");

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
