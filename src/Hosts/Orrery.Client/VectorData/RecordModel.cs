using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Orrery.Client.VectorData;

/// <summary>Reads what a record's type or definition says, and refuses what a collection cannot keep: keys are whole numbers or UUIDs, vectors are of float.</summary>
internal sealed class RecordModel : CollectionModelBuilder
{
    private static readonly HashSet<Type> Values =
    [
        typeof(string), typeof(bool), typeof(int), typeof(long), typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly),
    ];

    private RecordModel()
        : base(new() { SupportsMultipleVectors = true, RequiresAtLeastOneVector = false })
    {
    }

    public static CollectionModel Of(Type record, Type key, VectorStoreCollectionDefinition? definition, IEmbeddingGenerator? embeddings) => new RecordModel().Build(record, key, definition, embeddings);

    public static CollectionModel OfDynamic(VectorStoreCollectionDefinition definition, IEmbeddingGenerator? embeddings) => new RecordModel().BuildDynamic(definition, embeddings);

    /// <summary>Whether the greater of a vector's scores is the nearer.</summary>
    public static bool IsSimilarity(VectorPropertyModel vector) => vector.DistanceFunction is null or DistanceFunction.CosineSimilarity or DistanceFunction.DotProductSimilarity;

    /// <summary>How a collection calls the distance of a vector, and the score of the vector's own function from that of the wire.</summary>
    public static (string Name, Func<double, double> Score) Distance(VectorPropertyModel vector) => vector.DistanceFunction switch
    {
        null or DistanceFunction.CosineSimilarity => ("Cosine", score => score),
        DistanceFunction.CosineDistance => ("Cosine", score => 1 - score),
        DistanceFunction.DotProductSimilarity => ("Dot", score => score),
        DistanceFunction.NegativeDotProductSimilarity => ("Dot", score => -score),
        DistanceFunction.EuclideanDistance => ("Euclid", score => score),
        DistanceFunction.EuclideanSquaredDistance => ("Euclid", score => score * score),
        DistanceFunction.ManhattanDistance => ("Manhattan", score => score),
        var other => throw new NotSupportedException($"Vectors of '{vector.ModelName}' cannot be compared by {other}: there are cosine, dot product, Euclidean and Manhattan."),
    };

    protected override bool SupportsKeyAutoGeneration(Type keyPropertyType) => keyPropertyType == typeof(Guid);

    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (keyProperty.Type != typeof(ulong) && keyProperty.Type != typeof(Guid))
            throw new NotSupportedException($"The key '{keyProperty.ModelName}' is a {keyProperty.Type.Name}; expected ulong or Guid.");
    }

    protected override bool IsDataPropertyTypeValid(Type type, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = "string, bool, int, long, float, double, decimal, Guid, DateTime, DateTimeOffset, DateOnly, and arrays and lists of these";
        var element = type.IsArray ? type.GetElementType()! : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0] : type;
        return Values.Contains(Nullable.GetUnderlyingType(element) ?? element);
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = "ReadOnlyMemory<float>, float[], Embedding<float>";
        return (Nullable.GetUnderlyingType(type) ?? type) is var plain && (plain == typeof(ReadOnlyMemory<float>) || plain == typeof(float[]) || plain == typeof(Embedding<float>));
    }
}
