using System.Collections.Immutable;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The keys by which onion services know this gateway: read once, and given to every tor before the first dial goes through it.</summary>
internal sealed class ClientKeyring
{
    private const int MostNamed = 3;

    private readonly ImmutableArray<(OnionAddress Address, string Name, ClientKey Key)> _keys;

    private ClientKeyring(ImmutableArray<(OnionAddress Address, string Name, ClientKey Key)> keys) => _keys = keys;

    /// <summary>For how many services there is a key.</summary>
    public int Count => _keys.Length;

    /// <summary>The name of the key for a service, or null.</summary>
    public string? NameFor(string host) => _keys.FirstOrDefault(k => k.Address.Host == host).Name;

    /// <summary>Gives a tor the key for one service again: with each change of its configuration, ours or its operator's, tor forgets the keys that it was given.</summary>
    /// <remarks>hs_config_client_authorization() in tor's hs_client.c puts what is in ClientOnionAuthDir, here nothing, in the place of all keys.</remarks>
    /// <returns>Whether there is one, and tor took it.</returns>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task<bool> GiveAgainAsync(TorControlConnection control, string host, CancellationToken cancellationToken) =>
        _keys.FirstOrDefault(k => k.Address.Host == host) is { Key: { } key, Address: var address }
        && (await control.AddClientKeyAsync(address, key, cancellationToken)).IsSuccess;

    /// <summary>Reads the keys that the configuration names.</summary>
    /// <param name="keys">What the configuration says, validated.</param>
    /// <param name="context">Lends the folder of the keys, which is not touched where none is named.</param>
    /// <exception cref="OverlayException">A key is missing or damaged.</exception>
    public static ClientKeyring Load(TorClientKeys keys, ITransportContext context)
    {
        var read = ImmutableArray.CreateBuilder<(OnionAddress, string, ClientKey)>();
        foreach ((string host, string name) in keys.Uses)
        {
            if (!OnionAddress.TryParse(host, out OnionAddress? address, out string? why))
            {
                throw new OverlayException($"transports.tor.clientAuth names an address that is not valid: {why}. Copy it again, whole.");
            }

            byte[] secret = context.ClientKeys.Read(name)
                ?? throw new OverlayException($"There is no client key \"{name}\", which transports.tor.clientAuth names. Make it with 'klyntar-overlay keys auth new {name}', bring it with 'keys auth import', or correct the name.");
            ClientKeyImport import = keys.Import(secret);
            CryptographicOperations.ZeroMemory(secret);
            read.Add((address, name, import.Key
                ?? throw new OverlayException($"The client key \"{name}\" is damaged. {import.Why} Restore it from a backup, or make another and give its public part to the service's operator.")));
        }

        return new ClientKeyring(read.DrainToImmutable());
    }

    /// <summary>Gives the keys to a tor.</summary>
    /// <returns>What it did not take, as a sentence; null where it took all.</returns>
    /// <exception cref="ControlException">The session has ended.</exception>
    public async Task<string?> GiveAsync(TorControlConnection control, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        foreach ((OnionAddress address, string name, ClientKey key) in _keys)
        {
            // Of a refusal only the code is told: tor repeats a key that it does not like.
            ControlMessage reply = await control.AddClientKeyAsync(address, key, cancellationToken);
            if (!reply.IsSuccess)
            {
                refused.Add($"\"{name}\" ({reply.Status}, {ReplyCodes.Meaning(reply.Status)})");
            }
        }

        if (refused.Count == 0)
        {
            return null;
        }

        string more = refused.Count > MostNamed ? $" and {refused.Count - MostNamed} more" : "";
        return $"Tor does not take the client keys {string.Join(", ", refused.Take(MostNamed))}{more}: services that ask for them cannot be reached. Check that tor is 0.4.3 or later, and that the keys are whole.";
    }
}
