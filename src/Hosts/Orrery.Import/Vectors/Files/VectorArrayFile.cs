using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Files;

/// <summary>
/// A file of vectors alone; their positions are their ids. NumPy's <c>.npy</c> (versions 1 to 3: two dimensions in C order of float32, float64, float16, int8 or uint8, little-endian), and the
/// <c>.fvecs</c> and <c>.bvecs</c> of the TEXMEX benchmarks (http://corpus-texmex.irisa.fr: each vector after its length).
/// </summary>
public sealed partial class VectorArrayFile : IVectorSource
{
    /// <summary>The endings that are read.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".npy", ".fvecs", ".bvecs"];

    private const int MaxDimension = 65_536;

    private readonly FileStream _stream;
    private readonly string _path;
    private readonly string _name;
    private readonly string _distance;

    /// <summary>Opens the file as a collection of its name, whose vectors are compared by <paramref name="distance"/> (Cosine, Dot, Euclid or Manhattan).</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public VectorArrayFile(string path, string distance)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new InvalidException($"There is no file '{path}'.");
        _path = path;
        _distance = distance;
        _name = Path.GetFileNameWithoutExtension(path);
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan | FileOptions.Asynchronous);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var layout = await LayoutAsync(cancellationToken);
        if (layout.Count == 0)
            throw new InvalidException($"'{_path}' holds no vector.");
        yield return new(_name, ImportedCollection.OneVector(layout.Dimension, _distance), layout.Count, PagesAsync(layout, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async IAsyncEnumerable<PointPage> PagesAsync(Layout layout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _stream.Position = layout.Start;
        var record = new byte[layout.Prefix + (layout.Dimension * Size(layout.Element))];
        var vector = new float[layout.Dimension];
        using var pages = new PointPages();
        for (long i = 0; i < layout.Count; i++)
        {
            await _stream.ReadExactlyAsync(record, cancellationToken);
            if (layout.Prefix > 0 && BinaryPrimitives.ReadInt32LittleEndian(record) != layout.Dimension)
                throw new InvalidException($"'{_path}' has a vector of {BinaryPrimitives.ReadInt32LittleEndian(record)} components at {i}, after others of {layout.Dimension}.");
            Convert(record.AsSpan(layout.Prefix), layout.Element, vector);
            pages.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), vector);
            if (pages.IsFull && pages.Take() is { } full)
                yield return full;
        }

        if (pages.Take() is { } last)
            yield return last;
    }

    private async Task<Layout> LayoutAsync(CancellationToken cancellationToken)
    {
        _stream.Position = 0;
        try
        {
            return Path.GetExtension(_path).ToLowerInvariant() switch
            {
                ".npy" => await NumpyAsync(cancellationToken),
                ".fvecs" => await TexmexAsync("f4", cancellationToken),
                ".bvecs" => await TexmexAsync("u1", cancellationToken),
                var other => throw new InvalidException($"Expected a file that ends with {string.Join(", ", Extensions)} or .parquet, got '{other}'."),
            };
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidException($"'{_path}' is cut off in its header.", error);
        }
    }

    private async Task<Layout> TexmexAsync(string element, CancellationToken cancellationToken)
    {
        if (_stream.Length == 0)
            return new(element, 1, 0, 0, 0);
        var head = new byte[4];
        await _stream.ReadExactlyAsync(head, cancellationToken);
        var dimension = Dimension(BinaryPrimitives.ReadInt32LittleEndian(head));
        var record = 4 + (dimension * Size(element));
        return new(element, dimension, Whole(_stream.Length, record), 0, 4);
    }

    private async Task<Layout> NumpyAsync(CancellationToken cancellationToken)
    {
        var head = new byte[8];
        await _stream.ReadExactlyAsync(head, cancellationToken);
        if (!head.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8]))
            throw new InvalidException($"'{_path}' is no .npy file: it does not begin with its magic.");
        var size = new byte[head[6] >= 2 ? 4 : 2];
        await _stream.ReadExactlyAsync(size, cancellationToken);
        var length = size.Length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(size) : BinaryPrimitives.ReadUInt16LittleEndian(size);
        if (length is < 0 or > 65_536)
            throw new InvalidException($"'{_path}' announces a header of {length} bytes.");
        var text = new byte[length];
        await _stream.ReadExactlyAsync(text, cancellationToken);
        var match = Header().Match(Encoding.UTF8.GetString(text));
        if (!match.Success || Size(match.Groups["type"].Value) == 0)
            throw new InvalidException($"'{_path}' is described as {Encoding.UTF8.GetString(text).Trim()}; expected two dimensions in C order of <f4, <f8, <f2, |i1 or |u1.");
        var dimension = Dimension(long.TryParse(match.Groups["columns"].Value, out var columns) ? columns : 0);
        var count = long.TryParse(match.Groups["rows"].Value, out var rows) ? rows : -1;
        var element = match.Groups["type"].Value;
        if (Whole(_stream.Length - _stream.Position, dimension * Size(element)) != count)
            throw new InvalidException($"'{_path}' says that it holds {match.Groups["rows"].Value} vectors of {dimension} components, and has {_stream.Length - _stream.Position} bytes of them.");
        return new(element, dimension, count, _stream.Position, 0);
    }

    private int Dimension(long dimension) => dimension is > 0 and <= MaxDimension ? (int)dimension : throw new InvalidException($"'{_path}' has vectors of {dimension} components; expected 1 to {MaxDimension}.");

    private long Whole(long bytes, int record) => bytes % record == 0 ? bytes / record : throw new InvalidException($"'{_path}' is cut off: {bytes} bytes are not a whole number of vectors of {record} bytes.");

    private static int Size(string element) => element switch { "f8" => 8, "f4" => 4, "f2" => 2, "i1" or "u1" => 1, _ => 0 };

    private static void Convert(ReadOnlySpan<byte> bytes, string element, Span<float> vector)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = element switch
            {
                "f8" => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
                "f4" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                "f2" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                "i1" => (sbyte)bytes[i],
                _ => bytes[i],
            };
        }
    }

    [GeneratedRegex(@"^\{(?=.*'descr':\s*'[<|](?<type>\w\d)')(?=.*'fortran_order':\s*False)(?=.*'shape':\s*\((?<rows>\d+),\s*(?<columns>\d+)\))", RegexOptions.None, 1000)]
    private static partial Regex Header();

    private readonly record struct Layout(string Element, int Dimension, long Count, long Start, int Prefix);
}
