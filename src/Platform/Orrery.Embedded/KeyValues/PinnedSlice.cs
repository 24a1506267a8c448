using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>A value that RocksDB holds in place for us.</summary>
internal static class PinnedSlice
{
    /// <summary>The bytes, valid until the slice is destroyed.</summary>
    public static unsafe ReadOnlySpan<byte> Span(nint slice)
    {
        var start = Native.Instance.rocksdb_pinnableslice_value(slice, out var length);
        return new((void*)start, checked((int)length));
    }
}
