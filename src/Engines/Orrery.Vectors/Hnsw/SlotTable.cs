using System.Numerics;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// From an id to its slot: open addressing with linear probing over slots alone, since the ids lie in the storage already, so a point costs 6–12 bytes where a
/// dictionary takes 30. One writer at a time; readers take no lock. A removed id keeps its cell, for the life of a storage, so a cell never becomes free under a reader.
/// </summary>
internal sealed unsafe class SlotTable
{
    // 0 is free, slot + 1 is there, −(slot + 1) was removed.
    private readonly NativeBlock<int> _cells;
    private readonly NativeBlock<long> _ids;
    private readonly int _shift;

    public SlotTable(NativeBlock<long> ids, int capacity)
    {
        // At most two thirds full: a search that hits then looks at two cells, one that misses at five (Knuth 6.4, linear probing).
        var cells = BitOperations.RoundUpToPowerOf2((ulong)capacity * 3 / 2 + 2);
        _cells = new NativeBlock<int>((long)cells);
        _ids = ids;
        _shift = 64 - BitOperations.Log2(cells);
    }

    /// <summary>The slot of an id, or <see cref="HnswStorage.None"/>.</summary>
    public int Find(long id)
    {
        // One read of a cell decides: a free cell may be taken for another id a moment later.
        for (var at = Start(id); ; at = (at + 1) & (_cells.Length - 1))
        {
            var cell = Volatile.Read(ref _cells.Pointer[at]);
            if (cell == 0)
                return HnswStorage.None;
            if (_ids[Math.Abs(cell) - 1] == id)
                return cell > 0 ? cell - 1 : HnswStorage.None;
        }
    }

    /// <summary>Names the slot of an id; the storage has the id at that slot already.</summary>
    public void Set(long id, int slot) => Volatile.Write(ref *Cell(id), slot + 1);

    /// <summary>Forgets an id. False where it was not there.</summary>
    public bool Remove(long id, out int slot)
    {
        var cell = Cell(id);
        slot = *cell - 1;
        if (*cell <= 0)
            return false;
        Volatile.Write(ref *cell, -*cell);
        return true;
    }

    /// <summary>For writers: the cell that names the id, or the free one where it belongs.</summary>
    private int* Cell(long id)
    {
        var cells = _cells.Pointer;
        for (var at = Start(id); ; at = (at + 1) & (_cells.Length - 1))
        {
            var cell = Volatile.Read(ref cells[at]);
            if (cell == 0 || _ids[Math.Abs(cell) - 1] == id)
                return cells + at;
        }
    }

    // Fibonacci hashing (Knuth 6.4): ids in sequence spread evenly.
    private long Start(long id) => (long)((ulong)id * 0x9E3779B97F4A7C15 >> _shift);
}
