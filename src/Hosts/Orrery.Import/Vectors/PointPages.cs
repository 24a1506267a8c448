using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>Gathers points into pages. A page ends by its points or its bytes, whichever comes first. Not thread-safe.</summary>
internal sealed class PointPages : IDisposable
{
    /// <summary>Half of what a server takes in one request, since the last point comes on top.</summary>
    private const int PageBytes = 8 << 20;

    private const int PagePoints = 2_000;

    // The namespace of the UUIDs (RFC 9562, version 5) that stand for such ids: any constant does, as long as it never changes.
    private static readonly Guid Namespace = new("6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11");

    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly Utf8JsonWriter _json;
    private int _count;

    public PointPages()
    {
        _json = new(_body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Start();
    }

    public bool IsFull => _count >= PagePoints || _body.WrittenCount + _json.BytesPending >= PageBytes;

    /// <summary>Adds a point. <paramref name="payload"/> writes members of an object.</summary>
    public void Add(string id, ReadOnlySpan<float> vector, Action<Utf8JsonWriter>? payload = null)
    {
        _json.WriteStartObject();
        _json.WritePropertyName("id");
        var kept = WriteId(id);
        _json.WriteStartArray("vector");
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                throw new InvalidException(string.Create(CultureInfo.InvariantCulture, $"Point '{id}' has {vector[i]} at component {i}; a vector's components are finite numbers."));
            _json.WriteNumberValue(vector[i]);
        }

        _json.WriteEndArray();
        _json.WriteStartObject("payload");
        payload?.Invoke(_json);
        if (!kept)
            _json.WriteString(VectorImport.SourceId, id);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _count++;
    }

    /// <summary>The page so far; the next begins. Null where there is no point in it.</summary>
    public PointPage? Take()
    {
        if (_count == 0)
            return null;
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        var page = new PointPage(_count, _body.WrittenSpan.ToArray());
        _body.ResetWrittenCount();
        _json.Reset();
        Start();
        return page;
    }

    public void Dispose() => _json.Dispose();

    private void Start()
    {
        _count = 0;
        _json.WriteStartObject();
        _json.WriteStartArray("points");
    }

    /// <summary>Whole numbers and UUIDs stay what they are; any other text becomes the UUID that always stands for it, and false is returned.</summary>
    private bool WriteId(string id)
    {
        if (ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            _json.WriteNumberValue(number);
        else if (Guid.TryParse(id, out var uuid))
            _json.WriteStringValue(uuid);
        else
        {
            _json.WriteStringValue(NameOf(id));
            return false;
        }

        return true;
    }

    private static Guid NameOf(string id)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // the algorithm of version 5; nothing rests on it being hard to collide
        SHA1.HashData([.. Namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(id)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(hash[..16], bigEndian: true);
    }
}
