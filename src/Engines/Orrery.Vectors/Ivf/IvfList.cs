using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Ivf;

/// <summary>The points of one list: vectors row by row, and codes: of 4 bits in blocks of 64 as <see cref="FastScan"/> reads them, of 8 bits row by row.</summary>
/// <param name="dimension">Components of a vector.</param>
/// <param name="pairs">Pairs of codes of 4 bits, or of 8.</param>
/// <param name="isWide">Whether codes have 8 bits.</param>
internal sealed unsafe class IvfList(int dimension, int pairs, bool isWide)
{
    private readonly int _bytes = isWide ? 2 * pairs : pairs;

    private NativeBlock<float> _vectors = new(0);
    private NativeBlock<byte> _codes = new(0);
    private NativeBlock<float> _terms = new(0);
    private long[] _ids = [];

    public int Count { get; private set; }

    public ReadOnlySpan<long> Ids => _ids.AsSpan(0, Count);

    /// <summary>(count, dimension)</summary>
    public float* Vectors => _vectors.Pointer;

    public float* Vector(int place) => _vectors.Pointer + (long)place * dimension;

    /// <summary>(pairs, 64)</summary>
    public byte* Block(int block) => _codes.Pointer + (long)block * pairs * FastScan.Vectors;

    /// <summary>(2·pairs) codes of 8 bits.</summary>
    public byte* Codes(int place) => _codes.Pointer + (long)place * _bytes;

    /// <summary>What a point's rank has beside the sum of its codes: (count), and as many again as fill the last block.</summary>
    public float* Terms => _terms.Pointer;

    /// <param name="id">Of the point.</param>
    /// <param name="vector">(dimension)</param>
    /// <param name="codes">(2·pairs)</param>
    /// <param name="term">Of its rank.</param>
    public void Add(long id, ReadOnlySpan<float> vector, ReadOnlySpan<byte> codes, float term)
    {
        if (Count == _ids.Length)
            Grow(Math.Max(FastScan.Vectors, 2 * Count));
        _ids[Count] = id;
        vector.CopyTo(new Span<float>(Vector(Count), dimension));
        SetCodes(Count, codes);
        if (pairs > 0)
            Terms[Count] = term;
        Count++;
    }

    /// <summary>Takes a point out; the last takes its place. Returns the id of that.</summary>
    public long Remove(int place)
    {
        var last = --Count;
        _ids[place] = _ids[last];
        new ReadOnlySpan<float>(Vector(last), dimension).CopyTo(new Span<float>(Vector(place), dimension));
        Span<byte> codes = stackalloc byte[2 * pairs];
        GetCodes(last, codes);
        SetCodes(place, codes);
        if (pairs > 0)
            Terms[place] = Terms[last];
        return _ids[place];
    }

    private void GetCodes(int place, Span<byte> codes)
    {
        if (isWide)
        {
            new ReadOnlySpan<byte>(Codes(place), _bytes).CopyTo(codes);
            return;
        }

        for (var pair = 0; pair < pairs; pair++)
        {
            var both = Pair(place, pair);
            (codes[2 * pair], codes[2 * pair + 1]) = ((byte)(*both & 15), (byte)(*both >> 4));
        }
    }

    private void SetCodes(int place, ReadOnlySpan<byte> codes)
    {
        if (isWide)
        {
            codes.CopyTo(new Span<byte>(Codes(place), _bytes));
            return;
        }

        for (var pair = 0; pair < pairs; pair++)
            *Pair(place, pair) = (byte)(codes[2 * pair] | codes[2 * pair + 1] << 4);
    }

    private byte* Pair(int place, int pair) =>
        Block(place / FastScan.Vectors) + pair * FastScan.Vectors + FastScan.Place(place % FastScan.Vectors);

    private void Grow(int capacity)
    {
        var vectors = new NativeBlock<float>((long)capacity * dimension);
        _vectors.CopyTo(vectors, (long)Count * dimension);
        _vectors = vectors;
        Array.Resize(ref _ids, capacity);
        if (pairs == 0)
            return;
        // The capacity is a multiple of 64: it begins there and doubles.
        var codes = new NativeBlock<byte>((long)capacity * _bytes);
        // Blocks of 64 are filled from the front, so a full list's are whole.
        _codes.CopyTo(codes, (long)Count * _bytes);
        var terms = new NativeBlock<float>(capacity);
        _terms.CopyTo(terms, Count);
        (_codes, _terms) = (codes, terms);
    }
}
