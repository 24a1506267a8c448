using System.Buffers;

namespace Orrery.Features.Online;

/// <summary>Where a read puts the bytes it gets: one for each thread, kept, so that reading allocates nothing.</summary>
internal sealed class ReadBuffer : IBufferWriter<byte>
{
    [ThreadStatic]
    private static ReadBuffer? _ofThread;

    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The thread's buffer, emptied.</summary>
    public static ReadBuffer Take()
    {
        var buffer = _ofThread ??= new();
        buffer._length = 0;
        return buffer;
    }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int sizeHint)
    {
        if (_bytes.Length - _length < Math.Max(sizeHint, 1))
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + sizeHint));
    }
}
