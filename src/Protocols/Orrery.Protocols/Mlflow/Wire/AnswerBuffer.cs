using System.Buffers;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// An answer while its length is not known yet, in rented pieces. One array that doubles went to the large object heap and left as much again behind: 16 MB for a course
/// of 50,000 points.
/// </summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4096;

    /// <summary>Below what the large object heap takes (85,000).</summary>
    private const int PieceBytes = 64 << 10;

    private readonly List<(byte[] Piece, int Length)> _full = [];
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;
    private long _before;

    public long Length => _before + _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(_length);

    public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(_length);

    public async Task WriteToAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var (piece, length) in _full)
            await stream.WriteAsync(piece.AsMemory(0, length), cancellationToken);
        await stream.WriteAsync(_piece.AsMemory(0, _length), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var (piece, _) in _full)
            ArrayPool<byte>.Shared.Return(piece);
        ArrayPool<byte>.Shared.Return(_piece);
        _full.Clear();
        _piece = [];
        (_length, _before) = (0, 0);
    }

    private byte[] Room(int bytes)
    {
        if (_piece.Length - _length >= Math.Max(bytes, 1))
            return _piece;
        _full.Add((_piece, _length));
        _before += _length;
        _length = 0;
        return _piece = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, PieceBytes));
    }
}
