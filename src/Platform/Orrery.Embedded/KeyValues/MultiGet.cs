using System.Buffers;
using System.Runtime.InteropServices;
using Orrery.Kernel;
using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>
/// Reads many keys in one native call: RocksDB sorts them, probes the filters together and reads each block once.
/// </summary>
internal static class MultiGet
{
    /// <summary>The values in the order of the keys; null where there is none.</summary>
    public static unsafe byte[]?[] Read(RocksDb db, ColumnFamilyHandle family, ReadOptions options, IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        var count = keys.Count;
        if (count == 0)
            return [];
        var starts = new nint[count];
        var lengths = new nuint[count];
        var slices = new nint[count];
        var errors = new nint[count];
        var pins = new MemoryHandle[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                pins[i] = keys[i].Pin();
                starts[i] = (nint)pins[i].Pointer;
                lengths[i] = (nuint)keys[i].Length;
            }

            fixed (nint* slice = slices)
                Native.Instance.rocksdb_batched_multi_get_cf(db.Handle, options.Handle, family.Handle, (nuint)count, starts, lengths, (nint)slice, errors, sorted_input: 0);
            return Copy(slices, errors);
        }
        finally
        {
            foreach (var pin in pins)
                pin.Dispose();
            foreach (var slice in slices.Where(s => s != 0))
                Native.Instance.rocksdb_pinnableslice_destroy(slice);
            foreach (var error in errors.Where(e => e != 0))
                Native.Instance.rocksdb_free(error);
        }
    }

    private static byte[]?[] Copy(nint[] slices, nint[] errors)
    {
        if (Array.Find(errors, e => e != 0) is not 0 and var error)
            throw new UnavailableException($"The key-value store could not be read: {Marshal.PtrToStringUTF8(error)}");
        var values = new byte[]?[slices.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = slices[i] == 0 ? null : PinnedSlice.Span(slices[i]).ToArray();
        return values;
    }
}
