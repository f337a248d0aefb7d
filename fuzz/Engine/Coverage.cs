using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Klyntar.Overlay.Fuzz;

/// <summary>
/// The map that instrumented code writes to, as AFL's: each pair of branches taken one after the other has a byte that
/// counts. Counts fall into eight classes, and an input is interesting where it reaches a byte or a class that none did before.
/// </summary>
internal sealed unsafe class Coverage
{
    // What SharpFuzz's instrumentation indexes by: 16 bits.
    private const int Size = 1 << 16;

    // Never freed: instrumented code may run on, in a hung thread or after the last target.
    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    public Coverage() => Trace.SharedMem = _map;

    /// <summary>How many bytes of the map were ever reached.</summary>
    public int Edges { get; private set; }

    /// <summary>Forgets the last input's way.</summary>
    public void Clear()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Adds the last input's way to what was seen.</summary>
    /// <returns>Whether there was anything new.</returns>
    public bool Absorb()
    {
        bool isNew = false;
        ReadOnlySpan<byte> map = new(_map, Size);
        for (int i = Next(map, 0); i < Size; i = Next(map, i + 1))
        {
            int unseen = Class(map[i]) & ~_seen[i];
            if (unseen != 0)
            {
                Edges += _seen[i] == 0 ? 1 : 0;
                _seen[i] |= (byte)unseen;
                isNew = true;
            }
        }

        return isNew;
    }

    // Most of the map is empty, and this search is the fastest way through it.
    private static int Next(ReadOnlySpan<byte> map, int from)
    {
        int offset = map[from..].IndexOfAnyExcept((byte)0);
        return offset < 0 ? Size : from + offset;
    }

    private static int Class(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
