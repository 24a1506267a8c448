using System.Buffers;

namespace Orrery.Preparation.Columns;

/// <summary>Rents the arrays of one pass through a graph and returns them together. Not thread-safe.</summary>
internal sealed class ColumnPool : IDisposable
{
    private readonly List<float[]> _floats = [];
    private readonly List<long[]> _longs = [];
    private readonly List<int[]> _ints = [];

    public Memory<float> Floats(int length) => Rent(_floats, length);

    public Memory<long> Longs(int length) => Rent(_longs, length);

    public Memory<int> Ints(int length) => Rent(_ints, length);

    public NumberColumn Numbers(int length) => new(Floats(length));

    public IntegerColumn Integers(int length) => new(Longs(length));

    public void Dispose()
    {
        Return(_floats);
        Return(_longs);
        Return(_ints);
    }

    private static Memory<T> Rent<T>(List<T[]> rented, int length)
    {
        rented.Add(ArrayPool<T>.Shared.Rent(length));
        return rented[^1].AsMemory(0, length);
    }

    private static void Return<T>(List<T[]> rented)
    {
        rented.ForEach(array => ArrayPool<T>.Shared.Return(array));
        rented.Clear();
    }
}
