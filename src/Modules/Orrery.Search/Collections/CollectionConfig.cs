using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Points;

namespace Orrery.Search.Collections;

/// <summary>How two vectors are compared.</summary>
public enum VectorDistance
{
    /// <summary>The cosine of their angle; vectors are kept with length 1.</summary>
    Cosine,
    /// <summary>√Σ (xᵢ − yᵢ)²: smaller is closer.</summary>
    Euclid,
    /// <summary>Σ xᵢyᵢ.</summary>
    Dot,
    /// <summary>Σ |xᵢ − yᵢ|: smaller is closer.</summary>
    Manhattan,
}

/// <summary>What components are rounded to when they are stored.</summary>
public enum VectorDatatype
{
    /// <summary>Not at all.</summary>
    Float32,
    /// <summary>Half precision.</summary>
    Float16,
    /// <summary>Whole numbers from 0 to 255.</summary>
    Uint8,
    /// <summary>Qdrant's four bits a component; kept as they came here, which is never less exact.</summary>
    Turbo4,
}

/// <summary>A dense vector of every point.</summary>
/// <param name="Size">Its number of components: 1 to 65,536.</param>
/// <param name="Distance">How two are compared.</param>
public sealed record DenseVectorConfig(int Size, VectorDistance Distance)
{
    /// <summary>The most components of a vector.</summary>
    public const int MaxSize = 65_536;

    /// <summary>What components are rounded to.</summary>
    public VectorDatatype Datatype { get; init; }

    /// <summary>Whether a point has several of them, compared by MaxSim.</summary>
    public bool IsMulti { get; init; }

    /// <summary>Links of a point in the graph and candidates while it is built, where they differ from the collection's.</summary>
    public HnswConfig? Hnsw { get; init; }

    /// <summary>Codes that graphs rank by, where they differ from the collection's.</summary>
    public VectorCodes? Codes { get; init; }

    /// <summary>What the client set and reads back; memory placement is the engine's business.</summary>
    public IReadOnlyDictionary<string, JsonElement> Accepted { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>Codes of int8 by which a graph ranks; what it finds is compared by the vectors.</summary>
/// <param name="Quantile">The part of components by magnitude that the codes span: above 0, at most 1.</param>
public sealed record VectorCodes(double Quantile);

/// <summary>A sparse vector of every point, compared by its inner product.</summary>
public sealed record SparseVectorConfig
{
    /// <summary>Whether a component counts by how rare it is among the points: ln((N − n + ½)/(n + ½) + 1).</summary>
    public bool Idf { get; init; }

    /// <summary>What the client set and reads back.</summary>
    public IReadOnlyDictionary<string, JsonElement> Accepted { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>The shape of graphs, where the client said something; null is the default.</summary>
public sealed record HnswConfig
{
    /// <summary>Links of a point; 0 builds no graph. Default 16.</summary>
    public int? M { get; init; }

    /// <summary>Candidates while the graph is built. Default 100.</summary>
    public int? EfConstruct { get; init; }

    /// <summary>Kilobytes of vectors below which a search compares with all of them. Default 10,000.</summary>
    public int? FullScanThreshold { get; init; }

    /// <summary>What the client set and reads back.</summary>
    public IReadOnlyDictionary<string, JsonElement> Accepted { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>This, where the other says nothing.</summary>
    public HnswConfig Then(HnswConfig? other) => other is null ? this : new()
    {
        M = other.M ?? M,
        EfConstruct = other.EfConstruct ?? EfConstruct,
        FullScanThreshold = other.FullScanThreshold ?? FullScanThreshold,
        Accepted = JsonMerge.Over(Accepted, other.Accepted),
    };
}

/// <summary>What a collection is.</summary>
public sealed record CollectionConfig
{
    /// <summary>Dense vectors by name.</summary>
    public IReadOnlyDictionary<string, DenseVectorConfig> Vectors { get; init; } = new Dictionary<string, DenseVectorConfig>();

    /// <summary>Sparse vectors by name.</summary>
    public IReadOnlyDictionary<string, SparseVectorConfig> SparseVectors { get; init; } = new Dictionary<string, SparseVectorConfig>();

    /// <summary>Fields that were declared for filtering, by path.</summary>
    public IReadOnlyDictionary<string, FieldSchema> Fields { get; init; } = new Dictionary<string, FieldSchema>();

    /// <summary>The shape of graphs.</summary>
    public HnswConfig Hnsw { get; init; } = new();

    /// <summary>Codes that graphs rank by; the vectors themselves where null.</summary>
    public VectorCodes? Codes { get; init; }

    /// <summary>Into how many shards its points are divided, each with its own log, graphs and saved view. Stays as it was made.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Kilobytes of vectors from which on a graph is built; 0 builds none. Default 10,000.</summary>
    public int? IndexingThreshold { get; init; }

    /// <summary>What a client may not do.</summary>
    public StrictMode Strict { get; init; } = new();

    /// <summary>Whatever the client wants to keep with the collection.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What the client set and reads back, section by section.</summary>
    public IReadOnlyDictionary<string, JsonElement> Accepted { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether a name means a vector here.</summary>
    public bool HasVector(string name) => Vectors.ContainsKey(name) || SparseVectors.ContainsKey(name);

    /// <summary>What shapes saved columns, as text to compare.</summary>
    internal string VectorsText() => string.Join('\n', Vectors.OrderBy(vector => vector.Key, StringComparer.Ordinal)
        .Select(vector => $"{vector.Key} {vector.Value.Size} {vector.Value.Distance} {vector.Value.Datatype} {vector.Value.IsMulti} {Search.Vectors.GraphShape.Of(this, vector.Value)}")
        .Concat(SparseVectors.Keys.Order(StringComparer.Ordinal).Select(name => $"sparse {name}")));

    /// <summary>Whether its only dense vector has no name.</summary>
    public bool IsUnnamed => Vectors.ContainsKey(Point.Unnamed);
}

/// <summary>Bounds that a collection sets its clients; null is no bound.</summary>
public sealed record StrictMode
{
    /// <summary>Whether the bounds hold.</summary>
    public bool Enabled { get; init; }

    /// <summary>As the client set them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Bounds { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>A bound that is a number.</summary>
    public double? Number(string name) => Enabled && Bounds.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>Whether something that is allowed by default is forbidden.</summary>
    public bool Forbids(string name) => Enabled && Bounds.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.False;

    /// <summary>A bound on vectors of one name, as <c>{"name": {"max_length": 4}}</c> says it.</summary>
    public int? NumberOf(string bounds, string vector, string name) =>
        Enabled && Bounds.TryGetValue(bounds, out var vectors) && vectors.ValueKind == JsonValueKind.Object && vectors.TryGetProperty(vector, out var own) && own.ValueKind == JsonValueKind.Object
        && own.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : null;

    /// <summary>Holds what a request asks for against a bound.</summary>
    /// <param name="bound">The bound's name.</param>
    /// <param name="value">What is asked for; nothing where null.</param>
    /// <param name="name">What the client calls it.</param>
    /// <exception cref="InvalidException">It is more.</exception>
    public void Require(string bound, double? value, string name)
    {
        if (Number(bound) is { } limit && value > limit)
            throw StrictChecks.Refusal(string.Create(CultureInfo.InvariantCulture, $"Limit exceeded {value} > {limit} for \"{name}\""), string.Create(CultureInfo.InvariantCulture, $"Reduce the \"{name}\" parameter to or below {limit}"));
    }
}

/// <summary>What type the values of a field have.</summary>
public enum FieldType
{
    /// <summary>Strings that are matched whole.</summary>
    Keyword,
    /// <summary>Whole numbers.</summary>
    Integer,
    /// <summary>Numbers.</summary>
    Float,
    /// <summary>Places.</summary>
    Geo,
    /// <summary>Texts that are matched by their words.</summary>
    Text,
    /// <summary>Truth values.</summary>
    Bool,
    /// <summary>Moments.</summary>
    Datetime,
    /// <summary>UUIDs.</summary>
    Uuid,
}

/// <summary>A field that was declared for filtering.</summary>
/// <param name="Type">Of what type its values are.</param>
public sealed record FieldSchema(FieldType Type)
{
    /// <summary>How a text is cut into words.</summary>
    public WordRules? Words { get; init; }

    /// <summary>Whether whole numbers can be matched for equality.</summary>
    public bool Lookup { get; init; } = true;

    /// <summary>Whether numbers can be compared with bounds.</summary>
    public bool Range { get; init; } = true;

    /// <summary>As the client declared it, where it said more than the type.</summary>
    public JsonElement? Params { get; init; }
}
