using System.Runtime.InteropServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Persistence;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Vamana;

/// <summary>A graph in a file: ids, codes and codewords, which are read when it is opened, and the nodes, which are read where a search goes.</summary>
internal static class VamanaFile
{
    private const int Ids = 0, Codes = 1, Codewords = 2, Nodes = 3;

    /// <summary>What an opened file is.</summary>
    /// <param name="Space">Ranks.</param>
    /// <param name="Layout">Where nodes lie.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Entry">Where searches begin.</param>
    /// <param name="Quantizer">Of the codes.</param>
    /// <param name="Ids">(nodes)</param>
    /// <param name="Codes">(nodes, subspaces), in memory.</param>
    /// <param name="Nodes">As they lie in the file.</param>
    public sealed record Content(Space Space, NodeLayout Layout, int Count, int Entry, ProductQuantizer Quantizer, NativeBlock<long> Ids, NativeBlock<byte> Codes, NativeBlock<byte> Nodes);

    public static async Task WriteAsync(
        Stream stream, SourceRows rows, GraphLinker graph, NativeBlock<long> ids, NativeBlock<byte> codes, ProductQuantizer quantizer, VamanaOptions options, CancellationToken cancellationToken)
    {
        var sections = Sections(rows, graph, ids, codes, Copy(quantizer.AllCodewords), options);
        await SectionWriter.WriteAsync(stream, FileKind.Vamana, Properties(rows, graph, quantizer, options), sections, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is in a file; links are checked where a search meets them, since to read all would be to read the file.</summary>
    /// <exception cref="InvalidDataException">The numbers do not fit each other, or a section differs from its checksum.</exception>
    public static Content Read(SectionFile file, FileCheck check)
    {
        for (var section = Ids; section < Math.Min(Nodes, file.Count); section++)
            file.Verify(section);
        if (check is FileCheck.Everything && file.Count > Nodes)
            file.Verify(Nodes);
        try
        {
            using var properties = file.Properties;
            var space = new Space(properties.ReadInt32(), (Metric)properties.ReadInt32());
            var (count, entry, mostLinks, subspaces) = (properties.ReadInt32(), properties.ReadInt32(), properties.ReadInt32(), properties.ReadInt32());
            if (count < 1 || (uint)entry >= (uint)count || mostLinks is < 1 or > 256)
                throw SectionLayout.Damaged("its properties");
            var layout = new NodeLayout(space.Dimension, mostLinks);
            var codewords = file.Read<float>(Codewords, (long)space.Dimension << 8);
            var codes = file.Read<byte>(Codes, (long)count * subspaces);
            return new(
                space, layout, count, entry, ProductQuantizer.Of(Copy(codewords), space.Dimension, subspaces, bits: 8),
                file.Read<long>(Ids, count), codes.Copy(codes.Length), file.Read<byte>(Nodes, layout.SectionBytes(count)));
        }
        catch (Exception exception) when (exception is ArgumentException or EndOfStreamException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The index file holds numbers that do not fit each other. Restore it from a snapshot or build it anew.", exception);
        }
    }

    private static byte[] Properties(SourceRows rows, GraphLinker graph, ProductQuantizer quantizer, VamanaOptions options)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(rows.Space.Dimension);
        writer.Write((int)rows.Space.Metric);
        writer.Write(rows.Count);
        writer.Write(graph.Entry);
        writer.Write(options.MostLinks);
        writer.Write(quantizer.Subspaces);
        writer.Flush();
        return memory.ToArray();
    }

    private static unsafe ISection[] Sections(SourceRows rows, GraphLinker graph, NativeBlock<long> ids, NativeBlock<byte> codes, NativeBlock<float> codewords, VamanaOptions options) =>
    [
        new Section(ids.Pointer, ids.Length * sizeof(long), ids), new Section(codes.Pointer, codes.Length, codes),
        new Section(codewords.Pointer, codewords.Length * sizeof(float), codewords), new NodeSection(rows, graph, new NodeLayout(rows.Space.Dimension, options.MostLinks)),
    ];

    private static unsafe NativeBlock<float> Copy(float[] from)
    {
        var copy = new NativeBlock<float>(from.Length);
        from.CopyTo(new Span<float>(copy.Pointer, from.Length));
        return copy;
    }

    private static unsafe float[] Copy(NativeBlock<float> from) => new Span<float>(from.Pointer, (int)from.Length).ToArray();

    /// <summary>Nodes, put together while they are written: they are never all in memory.</summary>
    private sealed class NodeSection(SourceRows rows, GraphLinker graph, NodeLayout layout) : ISection
    {
        private readonly byte[] _node = new byte[layout.Bytes];

        public long Bytes { get; } = layout.SectionBytes(rows.Count);

        public int CopyTo(long offset, Span<byte> buffer)
        {
            var part = buffer[..(int)Math.Min(buffer.Length, Bytes - offset)];
            part.Clear();
            // A node larger than a page may have begun in the part before.
            for (var node = Math.Max(0, layout.FirstAt(offset) - 1); node < rows.Count && layout.Offset(node) < offset + part.Length; node++)
            {
                var at = layout.Offset(node) - offset;
                if (at + layout.Bytes <= 0)
                    continue;
                Assemble(node);
                var from = (int)Math.Max(0, -at);
                var length = (int)Math.Min(_node.Length - from, part.Length - Math.Max(0, at));
                _node.AsSpan(from, length).CopyTo(part[(int)Math.Max(0, at)..]);
            }

            return part.Length;
        }

        private unsafe void Assemble(int node)
        {
            Array.Clear(_node);
            rows.Accept(node, MemoryMarshal.Cast<byte, float>(_node.AsSpan())[..layout.Dimension]);
            var links = graph.Links(node);
            new ReadOnlySpan<int>(links, 1 + links[0]).CopyTo(MemoryMarshal.Cast<byte, int>(_node.AsSpan())[layout.Dimension..]);
        }
    }
}
