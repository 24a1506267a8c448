using Apache.Arrow;
using Orrery.Kernel;

namespace Orrery.Preparation.Columns;

/// <summary>
/// Copies the declared columns out of record batches as they stream by, so that a batch may be disposed once it is appended.
/// 4 bytes a cell for numbers and text, 8 for integers, up to twice that while it grows.
/// </summary>
internal sealed class RawColumns(IReadOnlyList<ColumnSpec> specs)
{
    private readonly Store[] _stores = [.. specs.Select(s => new Store(s))];

    public int Rows { get; private set; }

    public void Append(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if ((long)Rows + batch.Length > System.Array.MaxLength)
            throw new QuotaExceededException($"More than {System.Array.MaxLength} rows in one pass. Sample the rows, or pass fewer at "
                + $"a time.");
        foreach (var store in _stores)
            store.Append(ColumnLookup.Find(batch, store.Spec.Name, store.Spec.Type.ToString()), Rows);
        Rows += batch.Length;
    }

    public Column[] Finish() => [.. _stores.Select(s => s.Finish(Rows))];

    private sealed class Store(ColumnSpec spec)
    {
        private readonly TextIndex _texts = new();
        private float[] _floats = [];
        private long[] _longs = [];
        private int[] _ints = [];

        public ColumnSpec Spec => spec;

        public void Append(IArrowArray array, int at)
        {
            switch (spec.Type)
            {
                case ColumnType.Number: ArrowColumnReader.ReadNumbers(spec, array, Room(ref _floats, at, array.Length)); break;
                case ColumnType.Text: ArrowColumnReader.ReadTexts(spec, array, Room(ref _ints, at, array.Length), _texts); break;
                default: ArrowColumnReader.ReadIntegers(spec, array, Room(ref _longs, at, array.Length)); break;
            }
        }

        public Column Finish(int rows) => spec.Type switch
        {
            ColumnType.Number => new NumberColumn(_floats.AsMemory(0, rows)),
            ColumnType.Text => new TextColumn(_ints.AsMemory(0, rows), _texts.Distinct),
            _ => new IntegerColumn(_longs.AsMemory(0, rows)),
        };

        private static Span<T> Room<T>(ref T[] values, int at, int count)
        {
            var needed = at + count;
            if (values.Length < needed)
            {
                // The first batch is often the only one, and then nothing is left over.
                var doubled = (int)Math.Min(System.Array.MaxLength, Math.Max(needed, 2L * values.Length));
                System.Array.Resize(ref values, at == 0 ? needed : doubled);
            }
            return values.AsSpan(at, count);
        }
    }
}
