using System.Buffers.Binary;
using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The field hashfield_raw: 16 bits of each optional file's hash, little-endian, one after the other.</summary>
internal static class Hashfield
{
    private const string Name = "hashfield_raw";

    /// <summary>Reads the value of the field.</summary>
    public static ImmutableArray<ushort> Read(ref FieldReader reader)
    {
        ReadOnlySpan<byte> raw = reader.Bytes().Span;
        if (raw.Length % sizeof(ushort) != 0)
        {
            reader.Fail(MessageViolation.WrongLength);
            return [];
        }

        // There are no more different ones.
        if (raw.Length / sizeof(ushort) > ushort.MaxValue + 1)
        {
            reader.Fail(MessageViolation.TooManyEntries);
            return [];
        }

        var hashIds = ImmutableArray.CreateBuilder<ushort>(raw.Length / sizeof(ushort));
        for (; !raw.IsEmpty; raw = raw[sizeof(ushort)..])
        {
            hashIds.Add(BinaryPrimitives.ReadUInt16LittleEndian(raw));
        }

        return hashIds.DrainToImmutable();
    }

    /// <summary>Writes the field.</summary>
    public static void Write(ref MessagePackWriter writer, ImmutableArray<ushort> hashIds)
    {
        byte[] raw = new byte[hashIds.Length * sizeof(ushort)];
        for (int i = 0; i < hashIds.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(i * sizeof(ushort)), hashIds[i]);
        }

        writer.Write(Name, raw);
    }
}
