using System.Runtime.CompilerServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// The vectors and links of a graph, one slot a point. Readers take no lock: growth builds another storage and leaves this one as it is, so a search
/// ends on what it began with. A slot is therefore written once in the life of a storage, and those of removed points are used again in the next.
/// A list of links is its length and then slots; slots are written before the length that shows them, and every number that was ever there names a
/// point, so a search beside a writer sees old and new links mixed at worst.
/// </summary>
internal sealed unsafe class HnswStorage
{
    /// <summary>A layer above this is met with a chance of 16⁻¹⁶ at M = 16.</summary>
    public const int HighestLayer = 16;

    public const int None = -1;

    private readonly Space _space;
    private readonly SlotTable _slots;

    public HnswStorage(int capacity, long upperCapacity, Space space, int m)
        : this(HnswBlocks.Allocate(capacity, upperCapacity, space, m), capacity, space, m)
    {
    }

    /// <summary>A storage over what is there already, such as a mapped file; full if it may only be read.</summary>
    public HnswStorage(HnswBlocks blocks, int used, long upperUsed, long entry, Space space, int m)
        : this(blocks, used, space, m)
    {
        (Used, UpperUsed, Entry) = (used, upperUsed, entry);
        for (var slot = 0; slot < used; slot++)
        {
            if (!Hidden[slot])
                _slots.Set(Ids[slot], slot);
            IdsAreSlots &= Ids[slot] == slot;
        }
    }

    private HnswStorage(HnswBlocks blocks, int capacity, Space space, int m)
    {
        (Blocks, Capacity, M, _space) = (blocks, capacity, m, space);
        _slots = new SlotTable(blocks.Ids, capacity);
    }

    public HnswBlocks Blocks { get; }

    public int Capacity { get; }

    public int M { get; }

    /// <summary>Slots in use, from 0; removed points are among them.</summary>
    public int Used { get; private set; }

    /// <summary>Numbers in use of the links above the lowest layer.</summary>
    public long UpperUsed { get; private set; }

    public NativeBlock<long> Ids => Blocks.Ids;

    /// <summary>The highest layer of each point; <see cref="None"/> once its slot is given up.</summary>
    public NativeBlock<sbyte> Layers => Blocks.Layers;

    /// <summary>Points that lead a search on but are not found: not yet, while they are being linked, or not any more.</summary>
    public NativeBlock<bool> Hidden => Blocks.Hidden;

    /// <summary>Where each id is: present points alone.</summary>
    public SlotTable Slots => _slots;

    /// <summary>Whether every point was added under the number of its slot, as those of ids 0, 1, 2 … are: then nobody needs to look one up.</summary>
    public bool IdsAreSlots { get; private set; } = true;

    /// <summary>Where a search begins, and the layer there in the upper half; negative when the graph is empty.</summary>
    public long Entry
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = None;

    public static long EntryOf(int slot, int layer) => (long)layer << 32 | (uint)slot;

    public int MostLinks(int layer) => layer == 0 ? 2 * M : M;

    /// <summary>What a point ranks by: its vector, or the code of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(int slot) => Blocks.Rows.Pointer + (long)slot * _space.RowBytes;

    /// <summary>The vector as it was given, (dimension).</summary>
    public float* Vector(int slot) => (float*)Blocks.Vectors.Pointer + (long)slot * _space.Dimension;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Links(int slot, int layer) => layer == 0
        ? Blocks.Lowest.Pointer + (long)slot * (2 * M + 1)
        : Blocks.Upper.Pointer + Blocks.UpperStart[slot] + (long)(layer - 1) * (M + 1);

    /// <summary>The next slot, or <see cref="None"/> when there is no room. Callers take turns.</summary>
    public int Reserve(long id, int layer)
    {
        var upper = (long)layer * (M + 1);
        if (Used == Capacity || UpperUsed + upper > Blocks.Upper.Length)
            return None;
        var slot = Used;
        (Ids[slot], Layers[slot], Hidden[slot]) = (id, (sbyte)layer, true);
        IdsAreSlots &= id == slot;
        Blocks.UpperStart[slot] = UpperUsed;
        UpperUsed += upper;
        Used = slot + 1;
        return slot;
    }

    /// <summary>Writes a vector and what it ranks by.</summary>
    public void SetVector(int slot, float* vector, byte* row)
    {
        Unsafe.CopyBlockUnaligned(Row(slot), row, (uint)_space.RowBytes);
        if (_space.IsQuantized)
            Unsafe.CopyBlockUnaligned(Vector(slot), vector, (uint)(_space.Dimension * sizeof(float)));
    }

    /// <summary>Writes a whole list so that a reader without a lock never sees a number that names no point.</summary>
    public void SetLinks(int slot, int layer, ReadOnlySpan<int> links)
    {
        var list = Links(slot, layer);
        for (var i = 0; i < links.Length; i++)
            Volatile.Write(ref list[i + 1], links[i]);
        Volatile.Write(ref list[0], links.Length);
    }

    /// <summary>A roomier storage with the same points and links but without given-up slots. Nothing may be written meanwhile.</summary>
    public HnswStorage Copy(int points)
    {
        // Removed points that are still linked keep their slots; only those that repair gave up are gone.
        var moved = new int[Used];
        var (next, upper) = (0, 0L);
        for (var slot = 0; slot < Used; slot++)
        {
            moved[slot] = Layers[slot] == None ? None : next++;
            upper += moved[slot] == None ? 0 : (long)Layers[slot] * (M + 1);
        }

        var capacity = Math.Max(points, next + 1);
        // An exponential draw with 1/ln M has 1/(M − 1) upper layers a point; a tenth as many again, and room for one tall point.
        var expected = (long)((capacity - next) * 1.1 / (M - 1) * (M + 1)) + (HighestLayer + 1L) * (M + 1);
        var copy = new HnswStorage(capacity, upper + expected, _space, M);
        for (var slot = 0; slot < Used; slot++)
        {
            if (moved[slot] != None)
                CopyPoint(copy, slot, moved);
        }

        copy.Entry = Entry < 0 ? None : EntryOf(moved[(int)Entry], (int)(Entry >> 32));
        return copy;
    }

    private void CopyPoint(HnswStorage copy, int slot, int[] moved)
    {
        var target = copy.Reserve(Ids[slot], Layers[slot]);
        copy.Hidden[target] = Hidden[slot];
        if (!Hidden[slot])
            copy.Slots.Set(Ids[slot], target);
        copy.SetVector(target, Vector(slot), Row(slot));
        for (var layer = 0; layer <= Layers[slot]; layer++)
        {
            var source = Links(slot, layer);
            var list = copy.Links(target, layer);
            list[0] = source[0];
            for (var i = 1; i <= source[0]; i++)
                list[i] = moved[source[i]];
        }
    }
}
