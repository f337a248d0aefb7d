using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Writes a field: its name, and its value.</summary>
internal static class FieldWriter
{
    /// <summary>Writes a text, or nil.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, string? value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    /// <summary>Writes a whole number in its shortest form.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, long value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    /// <summary>Writes a truth value, or nil.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, bool? value)
    {
        writer.Write(name);
        if (value is { } known)
        {
            writer.Write(known);
        }
        else
        {
            writer.WriteNil();
        }
    }

    /// <summary>Writes bytes.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, ReadOnlyMemory<byte> value)
    {
        writer.Write(name);
        writer.Write(value.Span);
    }

    /// <summary>Writes a list of texts.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, ImmutableArray<string> values)
    {
        writer.Write(name);
        writer.WriteArrayHeader(values.Length);
        foreach (string value in values)
        {
            writer.Write(value);
        }
    }

    /// <summary>Writes a list of whole numbers.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, ImmutableArray<int> values)
    {
        writer.Write(name);
        writer.WriteArrayHeader(values.Length);
        foreach (int value in values)
        {
            writer.Write(value);
        }
    }

    /// <summary>Writes those peers of a list that are of one kind.</summary>
    public static void Write(this ref MessagePackWriter writer, string name, ImmutableArray<PackedPeer> peers, PeerAddressKind kind)
    {
        writer.Write(name);
        writer.WritePeers(peers, kind);
    }

    /// <summary>Writes those peers of a list that are of one kind, without a name.</summary>
    public static void WritePeers(this ref MessagePackWriter writer, ImmutableArray<PackedPeer> peers, PeerAddressKind kind)
    {
        writer.WriteArrayHeader(peers.Count(peer => peer.Kind == kind));
        foreach (PackedPeer peer in peers)
        {
            if (peer.Kind == kind)
            {
                writer.WriteBinHeader(peer.PackedBytes);
                peer.Pack(writer.GetSpan(peer.PackedBytes));
                writer.Advance(peer.PackedBytes);
            }
        }
    }
}
