using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>
/// The vectors in a segment's folder: hnswlib's elements (<c>data_level0.bin</c>: links, vector, label, one after another, as <c>header.bin</c> says), their lengths
/// (<c>length.bin</c>; under cosine the vectors are stored with length 1), and which label an id has (<c>index_metadata.pickle</c>).
/// </summary>
internal sealed class HnswSegment : IDisposable
{
    private const int HeaderBytes = 100;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _elements;
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private readonly float[]? _lengths;
    private readonly long _elementBytes;
    private readonly long _vectorOffset;
    private readonly int _dimension;

    private HnswSegment(string folder, int dimension, bool normalised)
    {
        var header = File.ReadAllBytes(Path.Combine(folder, "header.bin"));
        if (header.Length != HeaderBytes || BinaryPrimitives.ReadInt32LittleEndian(header) != 1)
            throw new InvalidException($"'{folder}/header.bin' is not of the version that is known here (1, in {HeaderBytes} bytes).");
        long Field(int index) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(4 + (8 * index)));
        var count = Field(2);
        _elementBytes = Field(3);
        var labelOffset = Field(4);
        _vectorOffset = Field(5);
        _dimension = dimension;
        var path = Path.Combine(folder, "data_level0.bin");
        if (count < 0 || _vectorOffset < 0 || labelOffset != _vectorOffset + (4L * dimension) || _elementBytes != labelOffset + 8 || new FileInfo(path).Length / Math.Max(1, _elementBytes) < count)
            throw new InvalidException($"'{folder}' does not hold {count} vectors of {dimension} components, as its header says: is a file of it cut off?");

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _elements = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        try
        {
            _lengths = normalised ? Lengths(Path.Combine(folder, "length.bin"), count) : null;
            var places = new Dictionary<long, long>();
            for (long i = 0; i < count; i++)
                places[_elements.ReadInt64((i * _elementBytes) + labelOffset)] = i;
            foreach (var (id, label) in Labels(Path.Combine(folder, "index_metadata.pickle")))
            {
                if (id is string name && label is long number && places.TryGetValue(number, out var place))
                    _places[name] = place;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The segment in <paramref name="folder"/>; null where nothing was written into one yet.</summary>
    public static HnswSegment? Open(string folder, int dimension, bool normalised) =>
        File.Exists(Path.Combine(folder, "index_metadata.pickle")) ? new(folder, dimension, normalised) : null;

    /// <summary>The vector of an id, as it was given; null where the segment has none.</summary>
    public float[]? Find(string id)
    {
        if (!_places.TryGetValue(id, out var place))
            return null;
        var vector = new float[_dimension];
        _elements.ReadArray((place * _elementBytes) + _vectorOffset, vector, 0, _dimension);
        for (var i = 0; _lengths is not null && i < vector.Length; i++)
            vector[i] *= _lengths[place];
        return vector;
    }

    public void Dispose()
    {
        _elements.Dispose();
        _file.Dispose();
    }

    private static float[]? Lengths(string path, long count)
    {
        if (!File.Exists(path))
            return null;
        var lengths = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path));
        // Without lengths a direction is still the same point under cosine.
        return lengths.Length < count ? null : lengths[..(int)count].ToArray();
    }

    private static Dictionary<object, object?> Labels(string path)
    {
        var value = Pickle.Read(File.ReadAllBytes(path));
        var attributes = (value is PickledObject built ? built.State : value) as Dictionary<object, object?>;
        return attributes?.GetValueOrDefault("id_to_label") as Dictionary<object, object?> ?? throw new InvalidException($"'{path}' does not say which label an id has.");
    }
}
