using System.Numerics;
using System.Runtime.Intrinsics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Ivf;

/// <summary>One search through chosen lists, by the vectors or by codes first. Leaves points with exact ranks, in any order.</summary>
internal static unsafe class IvfScan
{
    private const int BlockRows = 256;

    public static int ByVectors(Space space, float* query, IvfList[] lists, ReadOnlySpan<Neighbor> probes, IdSet? allowed, Span<Neighbor> nearest)
    {
        var top = new TopK(nearest);
        var ranks = stackalloc float[BlockRows];
        foreach (var probe in probes)
        {
            var list = lists[probe.Id];
            for (var start = 0; start < list.Count; start += BlockRows)
            {
                var ids = list.Ids.Slice(start, Math.Min(BlockRows, list.Count - start));
                if (allowed is null)
                {
                    space.RankExactly(query, list.Vector(start), ids.Length, ranks);
                    top.Offer(ids, ranks);
                    continue;
                }

                for (var i = 0; i < ids.Length; i++)
                {
                    if (allowed.Contains(ids[i]))
                        top.Offer(new Neighbor(ids[i], space.RankExactly(query, list.Vector(start + i))));
                }
            }
        }

        return top.Count;
    }

    public static int ByCodes(
        Space space, float* query, ProductQuantizer quantizer, IvfList[] lists, ReadOnlySpan<Neighbor> probes, in IvfSearchOptions options, Span<Neighbor> nearest)
    {
        // A place is a probe and a point of its list: where the vector is.
        var best = new Neighbor[(int)Math.Min(Array.MaxLength, Math.Ceiling(options.Oversampling * nearest.Length))];
        var found = new TopK(best);
        if (quantizer.Bits == 8)
            WideCodes(space, query, quantizer, lists, probes, options.Allowed, ref found);
        else
            NarrowCodes(space, query, quantizer, lists, probes, options.Allowed, ref found);

        foreach (var one in best.AsSpan(0, found.Count))
            Prefetching.Read(lists[probes[(int)(one.Id >> 32)].Id].Vector((int)one.Id), space.Dimension * sizeof(float));
        var top = new TopK(nearest);
        foreach (var one in best.AsSpan(0, found.Count))
        {
            var list = lists[probes[(int)(one.Id >> 32)].Id];
            top.Offer(new Neighbor(list.Ids[(int)one.Id], space.RankExactly(query, list.Vector((int)one.Id))));
        }

        return top.Count;
    }

    private static void NarrowCodes(
        Space space, float* query, ProductQuantizer quantizer, IvfList[] lists, ReadOnlySpan<Neighbor> probes, IdSet? allowed, ref TopK found)
    {
        var pairs = (quantizer.Subspaces + 1) / 2;
        Span<byte> tables = stackalloc byte[pairs * 32];
        var scale = Tables(space.Metric, new ReadOnlySpan<float>(query, space.Dimension), quantizer, tables, out var least);
        fixed (byte* table = tables)
        {
            for (var probe = 0; probe < probes.Length; probe++)
                Scan(lists[probes[probe].Id], (long)probe << 32, table, pairs, probes[probe].Distance + least, scale, allowed, ref found);
        }
    }

    /// <summary>Codes of 8 bits: a table of 256 floats a subspace is no register, so memory is asked for every code.</summary>
    private static void WideCodes(
        Space space, float* query, ProductQuantizer quantizer, IvfList[] lists, ReadOnlySpan<Neighbor> probes, IdSet? allowed, ref TopK found)
    {
        var subspaces = quantizer.Subspaces;
        var products = new float[subspaces * 256];
        quantizer.Products(new ReadOnlySpan<float>(query, space.Dimension), products);
        var factor = space.Metric is Metric.Euclidean ? -2f : -1f;
        fixed (float* table = products)
        {
            for (var probe = 0; probe < probes.Length; probe++)
            {
                var list = lists[probes[probe].Id];
                for (var place = 0; place < list.Count; place++)
                {
                    var rank = probes[probe].Distance + list.Terms[place] + factor * Looked(table, list.Codes(place), subspaces);
                    if (rank <= found.Farthest && (allowed is null || allowed.Contains(list.Ids[place])))
                        found.Offer(new Neighbor((long)probe << 32 | (uint)place, Space.Orderly(rank)));
                }
            }
        }
    }

    private static float Looked(float* table, byte* codes, int subspaces)
    {
        // Two sums, so that one look-up does not wait for the other's addition.
        var (a, b, subspace) = (0f, 0f, 0);
        for (; subspace <= subspaces - 2; subspace += 2, table += 512)
        {
            a += table[codes[subspace]];
            b += table[256 + codes[subspace + 1]];
        }

        return subspace < subspaces ? a + b + table[codes[subspace]] : a + b;
    }

    private static void Scan(IvfList list, long places, byte* table, int pairs, float bias, float scale, IdSet? allowed, ref TopK found)
    {
        var sums = stackalloc ushort[FastScan.Vectors];
        var ranks = stackalloc float[FastScan.Vectors];
        for (var start = 0; start < list.Count; start += FastScan.Vectors)
        {
            FastScan.Sums(list.Block(start / FastScan.Vectors), table, pairs, sums);
            var (all, step) = (Vector512.Create(bias), Vector512.Create(scale));
            for (var i = 0; i < FastScan.Vectors; i += 16)
            {
                var part = Vector512.Create(Vector256.WidenLower(Vector256.Load(sums + i)), Vector256.WidenUpper(Vector256.Load(sums + i)));
                (Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(part), step, all) + Vector512.Load(list.Terms + start + i)).Store(ranks + i);
            }

            var count = Math.Min(FastScan.Vectors, list.Count - start);
            for (var i = 0; i < count; i += 16)
            {
                var near = ~Vector512.GreaterThan(Vector512.Load(ranks + i), Vector512.Create(found.Farthest)).ExtractMostSignificantBits() & 0xFFFF;
                for (; near != 0; near &= near - 1)
                {
                    var at = i + BitOperations.TrailingZeroCount(near);
                    if (at < count && (allowed is null || allowed.Contains(list.Ids[start + at])))
                        found.Offer(new Neighbor(places | (uint)(start + at), Space.Orderly(ranks[at])));
                }
            }
        }
    }

    /// <summary>
    /// What each code adds to a rank, in steps of a scale that fits the widest subspace into 8 bits. Returns the scale, and what all subspaces add at least.
    /// </summary>
    private static float Tables(Metric metric, ReadOnlySpan<float> query, ProductQuantizer quantizer, Span<byte> tables, out float least)
    {
        Span<float> products = stackalloc float[quantizer.Subspaces * 16];
        quantizer.Products(query, products);
        var factor = metric is Metric.Euclidean ? -2f : -1f;
        var (widest, sum) = (0f, 0f);
        for (var subspace = 0; subspace < quantizer.Subspaces; subspace++)
        {
            var entries = products.Slice(subspace * 16, 16);
            var low = float.PositiveInfinity;
            foreach (ref var entry in entries)
                low = Math.Min(low, entry *= factor);
            foreach (ref var entry in entries)
                widest = Math.Max(widest, entry -= low);
            sum += low;
        }

        least = sum;
        tables.Clear();
        // A query of zeros, or overflowing products, leave nothing to tell codes apart: any scale will do.
        var scale = widest > 0 && float.IsFinite(widest) ? widest / 255 : 1;
        for (var i = 0; i < products.Length; i++)
            tables[i] = (byte)Math.Clamp(MathF.Round(products[i] / scale), 0, 255);
        return scale;
    }
}
