using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Orrery.Protocols.Qdrant;

/// <summary>A request's body in memory that is used again afterwards.</summary>
internal sealed class RequestBytes : IDisposable
{
    // What a header promises is believed this far ahead of what comes.
    private const int MostAhead = 1 << 20;
    private const int Fewest = 4096;

    private byte[] _room;
    private int _length;

    private RequestBytes(int room) => _room = ArrayPool<byte>.Shared.Rent(room);

    /// <summary>The body; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _room.AsMemory(0, _length);

    public static async Task<RequestBytes> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // One more byte than there are, to see the end without growing.
        var bytes = new RequestBytes((int)Math.Clamp((request.ContentLength ?? 0) + 1, Fewest, MostAhead));
        try
        {
            while (true)
            {
                if (bytes._length == bytes._room.Length)
                    bytes.Grow();
                var got = await request.Body.ReadAsync(bytes._room.AsMemory(bytes._length), cancellationToken);
                if (got == 0)
                    return bytes;
                bytes._length += got;
            }
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_room);
        _room = [];
        _length = 0;
    }

    private void Grow()
    {
        var grown = ArrayPool<byte>.Shared.Rent(checked(2 * _room.Length));
        _room.CopyTo(grown, 0);
        ArrayPool<byte>.Shared.Return(_room);
        _room = grown;
    }
}
