using Orrery.Language.Kernels.Rows;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Kernels.Tiles;

namespace Orrery.Language.Kernels;

/// <summary>Makes activations (columns, stride) ready for products: once for all matrices that read them.</summary>
internal sealed unsafe class ColumnBuffer : ParallelWork
{
    private readonly NativeArray<byte> _quantized;
    private readonly NativeArray<float> _floats;
    private bool _wantsQuantized;
    private int _groups;

    public ColumnBuffer(int longest, int mostColumns)
    {
        var padded = (longest + 31) / 32 * 32;
        _quantized = new(Math.Max(PackedColumns.Bytes(padded, mostColumns), QuantizedColumn.Floats(padded) * sizeof(float)));
        _floats = new((long)longest * ((mostColumns + FloatTile.Width - 1) / FloatTile.Width * FloatTile.Width));
    }

    public float* Values { get; private set; }

    public int Stride { get; private set; }

    public int Columns { get; private set; }

    public int Length { get; private set; }

    /// <summary>Where there is one column.</summary>
    public QuantizedColumn One => new(Values, Length, (float*)_quantized.Pointer);

    /// <summary>Where there are many.</summary>
    public Operand Many => new(Length, Columns, new(Length, _quantized.Pointer), _floats.Pointer);

    public void Prepare(ThreadTeam team, float* values, int length, int stride, int columns, bool quantized)
    {
        Values = values;
        (Length, Stride, Columns, _wantsQuantized) = (length, stride, columns, quantized);
        if (columns == 1)
        {
            if (quantized)
                One.Quantize();
            return;
        }

        var width = quantized ? PackedColumns.Width : FloatTile.Width;
        _groups = (columns + width - 1) / width;
        team.Run(this, _groups);
    }

    public override void Run(int part)
    {
        if (_wantsQuantized)
        {
            var first = part * PackedColumns.Width;
            new PackedColumns(Length, _quantized.Pointer).Pack(part, Values + (long)first * Stride, Stride, Math.Min(PackedColumns.Width, Columns - first));
        }
        else
        {
            var first = part * FloatTile.Width;
            FloatTile.Pack(Values + (long)first * Stride, Stride, Math.Min(FloatTile.Width, Columns - first), Length, _floats.Pointer + (long)first * Length);
        }
    }
}
