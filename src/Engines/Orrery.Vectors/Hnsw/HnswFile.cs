using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Hnsw;

/// <summary>A graph in a file: sections in the order of <see cref="HnswBlocks"/>, the last of them only where rows are codes.</summary>
internal static unsafe class HnswFile
{
    private const int Ids = 0, Layers = 1, Hidden = 2, UpperStart = 3, Lowest = 4, Upper = 5, Rows = 6, Vectors = 7;

    public static Task WriteAsync(Stream stream, HnswSnapshot snapshot, Space space, HnswOptions options, CancellationToken cancellationToken)
    {
        var (blocks, used) = (snapshot.Blocks, snapshot.Used);
        List<ISection> sections =
        [
            Of(blocks.Ids, used), Of(blocks.Layers, used), Of(blocks.Hidden, used), Of(blocks.UpperStart, used),
            Of(blocks.Lowest, (long)used * (2 * snapshot.M + 1)), Of(blocks.Upper, snapshot.UpperUsed), Of(blocks.Rows, (long)used * space.RowBytes),
        ];
        if (space.IsQuantized)
            sections.Add(Of(blocks.Vectors, (long)used * space.Dimension * sizeof(float)));
        return SectionWriter.WriteAsync(stream, space.Bits > 0 ? FileKind.HnswBits : FileKind.Hnsw, Properties(snapshot, space, options), sections, cancellationToken);
    }

    /// <exception cref="InvalidDataException">A section differs from its checksum.</exception>
    public static void Verify(SectionFile file, FileCheck check)
    {
        for (var section = Ids; section <= Upper; section++)
            file.Verify(section);
        for (var section = Rows; check is FileCheck.Everything && section < file.Count; section++)
            file.Verify(section);
    }

    /// <summary>What is in a file. No number in it is believed that could lead a search out of the memory.</summary>
    /// <exception cref="InvalidDataException">The numbers do not fit each other.</exception>
    public static (Space Space, HnswOptions Options, HnswStorage Storage) Read(SectionFile file)
    {
        try
        {
            using var properties = file.Properties;
            var (dimension, metric) = (properties.ReadInt32(), (Metric)properties.ReadInt32());
            var options = new HnswOptions
            {
                M = properties.ReadInt32(),
                EfConstruction = properties.ReadInt32(),
                Capacity = properties.ReadInt32(),
                Seed = properties.ReadUInt64(),
                Quantizer = properties.ReadSingle() is var scale and not 0 ? new ScalarQuantizer(scale) : null,
            };
            options.Validate();
            var (used, upper, entry) = (properties.ReadInt32(), properties.ReadInt64(), properties.ReadInt64());
            var bits = file.Kind is FileKind.HnswBits ? properties.ReadInt32() : 0;
            var space = bits > 0 ? Space.OfBits(bits) : new Space(dimension, metric, options.Quantizer);
            if (space.Dimension != dimension || (file.Kind is FileKind.HnswBits) != bits > 0)
                throw SectionLayout.Damaged("its properties");
            var rows = file.Read<byte>(Rows, (long)used * space.RowBytes);
            var blocks = new HnswBlocks(
                file.Read<long>(Ids, used), file.Read<sbyte>(Layers, used), file.Read<bool>(Hidden, used).Copy(used), file.Read<long>(UpperStart, used),
                file.Read<int>(Lowest, (long)used * (2 * options.M + 1)), file.Read<int>(Upper, upper), rows,
                space.IsQuantized ? file.Read<byte>(Vectors, (long)used * dimension * sizeof(float)) : rows);
            GraphCheck.Run(blocks, used, entry, options.M);
            return (space, options, new HnswStorage(blocks, used, upper, entry, space, options.M));
        }
        catch (Exception exception) when (exception is ArgumentException or EndOfStreamException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The index file holds numbers that do not fit each other. Restore it from a snapshot or build it anew.", exception);
        }
    }

    private static byte[] Properties(HnswSnapshot snapshot, Space space, HnswOptions options)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(space.Dimension);
        writer.Write((int)space.Metric);
        writer.Write(options.M);
        writer.Write(options.EfConstruction);
        writer.Write(options.Capacity);
        writer.Write(options.Seed);
        writer.Write(space.Quantizer?.Scale ?? 0);
        writer.Write(snapshot.Used);
        writer.Write(snapshot.UpperUsed);
        writer.Write(snapshot.Entry);
        if (space.Bits > 0)
            writer.Write(space.Bits);
        writer.Flush();
        return memory.ToArray();
    }

    private static Section Of<T>(NativeBlock<T> block, long length)
        where T : unmanaged => new(block.Pointer, length * sizeof(T), block);
}
