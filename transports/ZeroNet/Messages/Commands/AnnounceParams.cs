using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Tells a zero:// tracker which sites one serves, and asks it for others who do.</summary>
internal sealed record AnnounceParams : IRequestBody
{
    /// <summary>A word of <see cref="NeedTypes"/> and <see cref="Add"/>: IPv4, as older nodes say it.</summary>
    public const string OldIPv4 = "ip4";

    /// <summary>A word of <see cref="NeedTypes"/> and <see cref="Add"/>: IPv4.</summary>
    public const string IPv4 = "ipv4";

    /// <summary>A word of <see cref="NeedTypes"/> and <see cref="Add"/>: IPv6.</summary>
    public const string IPv6 = "ipv6";

    /// <summary>A word of <see cref="NeedTypes"/> and <see cref="Add"/>: onions.</summary>
    public const string Onion = "onion";

    /// <summary>The length of a site's hash, in bytes: SHA-256 of its address.</summary>
    public const int HashBytes = 32;

    /// <summary>The sites' hashes. The answer's lists are in the same order.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Hashes { get; init; }

    /// <summary>The announcer's onion for each site, without suffix; empty where it has none.</summary>
    public ImmutableArray<string> Onions { get; init; } = [];

    /// <summary>The announcer's port; its IP address is the connection's.</summary>
    public required int Port { get; init; }

    /// <summary>Which kinds of peers are wanted.</summary>
    public ImmutableArray<string> NeedTypes { get; init; } = [];

    /// <summary>How many peers are wanted for each site.</summary>
    public int NeedCount { get; init; }

    /// <summary>Which of the announcer's own kinds of address are to be added.</summary>
    public ImmutableArray<string> Add { get; init; } = [];

    /// <summary>Whether sites that are not named here are to be forgotten.</summary>
    public bool DeletesOthers { get; init; }

    /// <summary>Proofs for the onions; empty in a first announcement.</summary>
    public ImmutableArray<OnionSignature> OnionSignatures { get; init; } = [];

    /// <summary>The text that the proofs sign, which the tracker gave; null in a first announcement.</summary>
    public string? OnionSignThis { get; init; }

    /// <inheritdoc/>
    public string Command => PeerCommands.Announce;

    /// <inheritdoc/>
    public int FieldCount => 6 + (DeletesOthers ? 1 : 0) + (OnionSignThis is null ? 0 : 2);

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static AnnounceParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        ImmutableArray<ReadOnlyMemory<byte>>? hashes = null;
        ImmutableArray<string> onions = [];
        int? port = null;
        ImmutableArray<string> needTypes = [];
        int needCount = 0;
        ImmutableArray<string> add = [];
        bool deletesOthers = false;
        ImmutableArray<OnionSignature> signatures = [];
        string? onionSignThis = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("hashes"u8))
            {
                hashes = ReadHashes(ref reader);
            }
            else if (name.SequenceEqual("onions"u8))
            {
                onions = ReadOnions(ref reader);
            }
            else if (name.SequenceEqual("port"u8))
            {
                port = reader.Port();
            }
            else if (name.SequenceEqual("need_types"u8))
            {
                needTypes = reader.Texts();
            }
            else if (name.SequenceEqual("need_num"u8))
            {
                needCount = (int)reader.Number(int.MaxValue);
            }
            else if (name.SequenceEqual("add"u8))
            {
                add = reader.Texts();
            }
            else if (name.SequenceEqual("delete"u8))
            {
                deletesOthers = reader.OptionalFlag() ?? false;
            }
            else if (name.SequenceEqual("onion_signs"u8))
            {
                signatures = ReadSignatures(ref reader);
            }
            else if (name.SequenceEqual("onion_sign_this"u8))
            {
                onionSignThis = reader.OptionalText();
            }
            else
            {
                reader.Skip();
            }
        }

        if (!reader.Accept(hashes is not null && port is not null, out violation))
        {
            return null;
        }

        return new AnnounceParams
        {
            Hashes = hashes!.Value,
            Onions = onions,
            Port = port!.Value,
            NeedTypes = needTypes,
            NeedCount = needCount,
            Add = add,
            DeletesOthers = deletesOthers,
            OnionSignatures = signatures,
            OnionSignThis = onionSignThis,
        };
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("hashes");
        writer.WriteArrayHeader(Hashes.Length);
        foreach (ReadOnlyMemory<byte> hash in Hashes)
        {
            writer.Write(hash.Span);
        }

        writer.Write("onions", Onions);
        writer.Write("port", Port);
        writer.Write("need_types", NeedTypes);
        writer.Write("need_num", NeedCount);
        writer.Write("add", Add);
        if (DeletesOthers)
        {
            writer.Write("delete", (bool?)true);
        }

        if (OnionSignThis is null)
        {
            return;
        }

        writer.Write("onion_signs");
        writer.WriteMapHeader(OnionSignatures.Length);
        foreach (OnionSignature signature in OnionSignatures)
        {
            writer.Write(signature.PublicKey.Span);
            writer.Write(signature.Signature.Span);
        }

        writer.Write("onion_sign_this", OnionSignThis);
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadHashes(ref FieldReader reader)
    {
        int count = reader.List();
        var hashes = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count);
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            hashes.Add(reader.Bytes(HashBytes));
        }

        return hashes.DrainToImmutable();
    }

    private static ImmutableArray<string> ReadOnions(ref FieldReader reader)
    {
        int count = reader.List();
        var onions = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            onions.Add(reader.TextIfAny() ?? "");
        }

        return onions.DrainToImmutable();
    }

    // Proofs for onions of version 2 are of another length, and prove nothing any more.
    private static ImmutableArray<OnionSignature> ReadSignatures(ref FieldReader reader)
    {
        int count = reader.Pairs();
        var signatures = ImmutableArray.CreateBuilder<OnionSignature>();
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            ReadOnlyMemory<byte> key = reader.Bytes();
            ReadOnlyMemory<byte> signature = reader.Bytes();
            if (key.Length == OnionSignature.KeyBytes && signature.Length == OnionSignature.SignatureBytes)
            {
                signatures.Add(new OnionSignature(key, signature));
            }
        }

        return signatures.DrainToImmutable();
    }
}
