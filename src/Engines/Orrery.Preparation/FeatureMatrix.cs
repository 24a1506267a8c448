using System.Buffers;
using Orrery.Kernel;

namespace Orrery.Preparation;

/// <summary>
/// Rows × columns of 32-bit floats, row-major: value (row, column) is at <c>row × columns + column</c>. Missing is NaN.
/// Its memory is rented: dispose it when done, and touch none of its spans afterwards. Reading is thread-safe.
/// </summary>
public sealed class FeatureMatrix : IDisposable
{
    private readonly int _length;
    private float[]? _values;

    private FeatureMatrix(int rows, IReadOnlyList<string> columns, float[] values)
    {
        Rows = rows;
        Columns = columns;
        _values = values;
        _length = rows * columns.Count;
    }

    /// <summary>The number of rows; may be zero.</summary>
    public int Rows { get; }

    /// <summary>The columns' names, unique, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>All values, row-major.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ReadOnlySpan<float> Values => Memory.Span;

    /// <summary>As <see cref="Values"/>, for code that crosses an await or pins it.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ReadOnlyMemory<float> Memory => Buffer.AsMemory(0, _length);

    private float[] Buffer => _values ?? throw new ObjectDisposedException(nameof(FeatureMatrix));

    /// <summary>One value.</summary>
    public float this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns.Count, nameof(column));
            return Row(row)[column];
        }
    }

    /// <summary>The values of one row, one a column.</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return Buffer.AsSpan(row * Columns.Count, Columns.Count);
    }

    /// <summary>A matrix with a copy of <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">The number of values is not rows × columns.</exception>
    public static FeatureMatrix Copy(IReadOnlyList<string> columns, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count, nameof(columns));
        if (values.Length % columns.Count != 0)
            throw new ArgumentException($"{values.Length} values do not fill rows of {columns.Count} columns.", nameof(values));
        var matrix = Rent(values.Length / columns.Count, columns);
        values.CopyTo(matrix.Writable);
        return matrix;
    }

    /// <summary>Gives the memory back. May be called twice.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _values, null) is { } values)
            ArrayPool<float>.Shared.Return(values);
    }

    internal Span<float> Writable => Buffer.AsSpan(0, _length);

    /// <summary>A matrix whose values are yet to be written.</summary>
    internal static FeatureMatrix Rent(int rows, IReadOnlyList<string> columns)
    {
        var length = (long)rows * columns.Count;
        return length <= Array.MaxLength
            ? new(rows, columns, ArrayPool<float>.Shared.Rent((int)length))
            : throw new QuotaExceededException(
                $"{rows} rows × {columns.Count} columns are {length} values; one matrix holds {Array.MaxLength}. Pass fewer rows at a "
                    + $"time.");
    }
}
