namespace Orrery.Search.Vectors;

/// <summary>
/// Rows of one width in blocks, so that growing copies nothing and a scan runs through memory. Blocks that nobody needs any more are let go; a reader that holds one reads on.
/// </summary>
internal sealed class DenseRows(int width)
{
    private readonly int _rowsOfBlock = Math.Max(1, (1 << 18) / width); // a megabyte a block
    private float[]?[] _blocks = [];
    private int[] _used = []; // Rows of each block that are needed.

    public long Bytes { get; private set; }

    /// <summary>The row, or nothing where it was let go.</summary>
    public bool TryGet(int row, out ReadOnlySpan<float> values)
    {
        var (blocks, block) = (Volatile.Read(ref _blocks), row / _rowsOfBlock);
        if (block < blocks.Length && Volatile.Read(ref blocks[block]) is { } there)
        {
            values = there.AsSpan(row % _rowsOfBlock * width, width);
            return true;
        }

        values = default;
        return false;
    }

    /// <summary>Writes a row that is not needed yet. Nobody may read it meanwhile.</summary>
    public void Set(int row, ReadOnlySpan<float> values)
    {
        var block = row / _rowsOfBlock;
        if (block >= _blocks.Length)
        {
            var length = Math.Max(block + 1, 2 * _blocks.Length);
            Array.Resize(ref _used, length);
            var blocks = new float[]?[length];
            _blocks.CopyTo(blocks, 0);
            Volatile.Write(ref _blocks, blocks);
        }

        if (_blocks[block] is null)
        {
            Volatile.Write(ref _blocks[block], new float[_rowsOfBlock * width]);
            Bytes += (long)_rowsOfBlock * width * sizeof(float);
        }

        _used[block]++;
        values.CopyTo(_blocks[block].AsSpan(row % _rowsOfBlock * width, width));
    }

    /// <summary>A row that was set is not needed any more. May be called beside readers, never beside <see cref="Set"/>.</summary>
    public void Release(int row)
    {
        var block = row / _rowsOfBlock;
        if (--_used[block] > 0)
            return;
        Volatile.Write(ref _blocks[block], null);
        Bytes -= (long)_rowsOfBlock * width * sizeof(float);
    }
}
