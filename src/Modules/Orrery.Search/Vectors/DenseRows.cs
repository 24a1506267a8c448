namespace Orrery.Search.Vectors;

/// <summary>Rows of one width in blocks, so that growing copies nothing and a scan runs through memory.</summary>
internal sealed class DenseRows(int width)
{
    private readonly int _rowsOfBlock = Math.Max(1, (1 << 18) / width); // a megabyte a block
    private readonly List<float[]?> _blocks = [];

    public int Width => width;

    public long Bytes { get; private set; }

    public ReadOnlySpan<float> this[int row] => _blocks[row / _rowsOfBlock].AsSpan(row % _rowsOfBlock * width, width);

    public void Set(int row, ReadOnlySpan<float> values)
    {
        var block = row / _rowsOfBlock;
        while (_blocks.Count <= block)
            _blocks.Add(null);
        if (_blocks[block] is null)
        {
            _blocks[block] = new float[_rowsOfBlock * width];
            Bytes += (long)_rowsOfBlock * width * sizeof(float);
        }

        values.CopyTo(_blocks[block].AsSpan(row % _rowsOfBlock * width, width));
    }
}
