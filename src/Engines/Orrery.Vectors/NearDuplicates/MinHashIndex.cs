using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Orrery.Vectors.NearDuplicates;

/// <summary>A set that was found, and about how much of it and the query is common.</summary>
/// <param name="Id">Of the set.</param>
/// <param name="Similarity">The estimated Jaccard similarity, 0 to 1.</param>
public readonly record struct SimilarSet(long Id, double Similarity);

/// <summary>
/// Sets that are similar to a set, without comparing with all: MinHash signatures in buckets by bands (Indyk and Motwani 1998; Broder 1997). Searches may run side by side; a change may run beside nothing else.
/// Memory: 4·hashes bytes a set, and some 40 for each of its bands.
/// </summary>
public sealed class MinHashIndex
{
    private readonly MinHash _hash;
    private readonly Bands _bands;
    private readonly Dictionary<ulong, List<long>>[] _buckets;
    private readonly Dictionary<long, uint[]> _signatures = [];

    /// <summary>An empty index.</summary>
    /// <param name="threshold">The similarity from which sets are to be found, in (0, 1]: about 99 of 100 at 0.1 above it with 128 hashes, and few below.</param>
    /// <param name="hashes">Entries of a signature: at least 1, default 128. More tell similarities better apart.</param>
    /// <param name="seed">Draws the hashes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold or the hashes are out of their range.</exception>
    public MinHashIndex(double threshold, int hashes = 128, ulong seed = 0)
    {
        if (!(threshold is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "Expected a similarity in (0, 1].");
        (_hash, Threshold, _bands) = (new MinHash(hashes, seed), threshold, Bands.For(hashes, threshold));
        _buckets = [.. Enumerable.Range(0, _bands.Count).Select(_ => new Dictionary<ulong, List<long>>())];
    }

    /// <summary>The similarity from which sets are found.</summary>
    public double Threshold { get; }

    /// <summary>The number of sets.</summary>
    public int Count => _signatures.Count;

    /// <summary>Adds a set of hashed items. O(items·hashes).</summary>
    /// <exception cref="ArgumentException">The id is taken.</exception>
    public void Add(long id, ReadOnlySpan<ulong> items)
    {
        if (_signatures.ContainsKey(id))
            throw new ArgumentException($"Set {id} is there already; remove it first to replace it.", nameof(id));
        var signature = Sign(items);
        _signatures.Add(id, signature);
        for (var band = 0; band < _bands.Count; band++)
            (CollectionsMarshal.GetValueRefOrAddDefault(_buckets[band], Key(signature, band), out _) ??= []).Add(id);
    }

    /// <summary>Takes a set out. False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_signatures.Remove(id, out var signature))
            return false;
        for (var band = 0; band < _bands.Count; band++)
        {
            var key = Key(signature, band);
            var bucket = _buckets[band][key];
            bucket.Remove(id);
            if (bucket.Count == 0)
                _buckets[band].Remove(key);
        }

        return true;
    }

    /// <summary>The sets whose estimated similarity is at least the threshold, most similar first, equal ones by id. O(items·hashes), and O(hashes) for each set that shares a bucket.</summary>
    public SimilarSet[] Search(ReadOnlySpan<ulong> items)
    {
        var signature = Sign(items);
        var met = new HashSet<long>();
        var found = new List<SimilarSet>();
        for (var band = 0; band < _bands.Count; band++)
        {
            foreach (var id in _buckets[band].GetValueOrDefault(Key(signature, band)) ?? [])
            {
                if (met.Add(id) && _hash.Similarity(signature, _signatures[id]) is var similarity && similarity >= Threshold)
                    found.Add(new SimilarSet(id, similarity));
            }
        }

        return [.. found.OrderByDescending(one => one.Similarity).ThenBy(one => one.Id)];
    }

    private uint[] Sign(ReadOnlySpan<ulong> items)
    {
        var signature = new uint[_hash.Hashes];
        _hash.Sign(items, signature);
        return signature;
    }

    private ulong Key(uint[] signature, int band) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(signature.AsSpan(band * _bands.Rows, _bands.Rows)));
}
