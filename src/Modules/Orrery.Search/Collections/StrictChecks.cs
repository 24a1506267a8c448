using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Shards;

namespace Orrery.Search.Collections;

/// <summary>Holds requests against the bounds that a collection sets its clients. Bounds that are not kept here are refused when they are set, so that none is believed in vain.</summary>
internal static class StrictChecks
{
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "enabled", "max_query_limit", "search_max_hnsw_ef", "search_allow_exact", "upsert_max_batchsize", "max_points_count", "filter_max_conditions", "condition_max_size",
        "unindexed_filtering_retrieve", "unindexed_filtering_update", "max_payload_index_count", "max_timeout", "search_max_batchsize", "search_max_oversampling",
        "max_collection_vector_size_bytes", "max_collection_payload_size_bytes", "multivector_config", "sparse_config", "read_rate_limit", "write_rate_limit",
    };

    /// <summary>Says which bounds are not kept.</summary>
    public static void CheckKept(StrictMode strict)
    {
        if (strict.Enabled && strict.Bounds.Keys.FirstOrDefault(bound => !Kept.Contains(bound)) is { } other)
            throw new InvalidException($"The strict mode bound `{other}` is not kept by Orrery, so it is not accepted; leave it out.");
    }

    public static void CheckFields(CollectionConfig config)
    {
        if (config.Strict.Number("max_payload_index_count") is { } most && config.Fields.Count > most)
            throw Refusal($"Collection already has the maximum number of payload indices ({most})", "Please delete an existing index before creating a new one");
    }

    public static void Check(CollectionConfig config, QueryStage stage, int groupSize = 1) => Check(config, stage, groupSize, isRescored: stage.Prefetch.Count > 0);

    // A stage over others compares with what they found, so it needs no graph.
    private static void Check(CollectionConfig config, QueryStage stage, int groupSize, bool isRescored)
    {
        if (!config.Strict.Enabled)
            return;
        config.Strict.Require("max_query_limit", (double)stage.Limit * groupSize, "limit");
        config.Strict.Require("search_max_hnsw_ef", stage.Ef, "hnsw_ef");
        config.Strict.Require("search_max_oversampling", stage.Oversampling, "oversampling");
        if (!isRescored)
            CheckScan(config, stage);
        CheckFormula(config, stage.Ranking);
        if (stage.Exact && config.Strict.Forbids("search_allow_exact"))
            throw Refusal("Exact search disabled!", "Set exact=false");
        Check(config, stage.Filter, "unindexed_filtering_retrieve");
        Check(config, stage.IdfCorpus, "unindexed_filtering_retrieve");
        foreach (var inner in stage.Prefetch)
            Check(config, inner, 1, isRescored: false);
    }

    /// <summary>A vector without a graph would be compared with all.</summary>
    private static void CheckScan(CollectionConfig config, QueryStage stage)
    {
        if (!config.Strict.Forbids("search_allow_exact") || VectorLookup.Inputs(stage.Ranking).FirstOrDefault() is null || !config.Vectors.TryGetValue(stage.Using, out var vector))
            return;
        var hnsw = config.Hnsw.Then(vector.Hnsw);
        if (hnsw.M is not 0)
            return;
        var where = stage.Using == Point.Unnamed ? "" : $" on '{stage.Using}'";
        var isOfTenant = stage.Filter is { } filter && Conditions(filter, null).Any(condition => condition.Condition is FieldCondition field && config.Fields.GetValueOrDefault(field.Path.Text) is { } declared && Says(declared, "is_tenant"));
        if (!isOfTenant)
            throw Refusal($"Request is forbidden{where} because global vector indexing is disabled (hnsw_config.m = 0)", "Use tenant-specific filter, enable global vector indexing or enable strict mode `search_allow_exact` option");
        if (!hnsw.Accepted.TryGetValue("payload_m", out var links) || links is { ValueKind: JsonValueKind.Number } && links.TryGetInt32(out var number) && number == 0)
            throw Refusal($"Request is forbidden{where} because vector indexing is disabled (hnsw_config.m = 0 and hnsw_config.payload_m = 0)", "Enable vector indexing, use a prefetch query with indexed vectors or enable strict mode `search_allow_exact` option");
    }

    private static void CheckFormula(CollectionConfig config, Ranking? ranking)
    {
        if (ranking is not ByFormula formula || !config.Strict.Forbids("unindexed_filtering_retrieve"))
            return;
        if (formula.Expression.Fields().FirstOrDefault(path => !config.Fields.ContainsKey(path.Text)) is { } unindexed)
            throw Refusal($"Index required but not found for \"{unindexed}\"", "Create an index for this key or use a different formula expression");
        foreach (var condition in formula.Expression.Conditions())
            Check(config, new Filter { Must = [condition] }, "unindexed_filtering_retrieve");
    }

    public static void CheckGrouping(CollectionConfig config, PayloadPath by)
    {
        if (config.Strict.Forbids("unindexed_filtering_retrieve"))
            RequireIndex(config, by, [new MatchAny(new HashSet<Scalar>())]);
    }

    public static void CheckRead(CollectionConfig config, Filter? filter, int? limit = null)
    {
        config.Strict.Require("max_query_limit", limit, "limit");
        Check(config, filter, "unindexed_filtering_retrieve");
    }

    public static void Check(CollectionConfig config, PointOperation operation, ShardViews views)
    {
        if (!config.Strict.Enabled)
            return;
        switch (operation)
        {
            case UpsertPoints upsert:
                config.Strict.Require("upsert_max_batchsize", upsert.Points.Count, "upsert limit");
                CheckRoom(config, upsert, views);
                CheckBytes(config, views, vectors: true);
                CheckVectors(config, upsert.Points.Select(point => point.Vectors));
                break;
            case UpdateVectors update:
                config.Strict.Require("upsert_max_batchsize", update.Points.Count, "update limit");
                CheckBytes(config, views, vectors: true);
                CheckVectors(config, update.Points.Select(point => point.Vectors));
                break;
            case SetPayload or OverwritePayload:
                CheckBytes(config, views, vectors: false);
                break;
        }

        Check(config, PointsOf(operation).Filter, "unindexed_filtering_update");
    }

    private static void CheckRoom(CollectionConfig config, UpsertPoints upsert, ShardViews views)
    {
        if (config.Strict.Number("max_points_count") is not { } most)
            return;
        using var reading = views.Reading();
        if (views.Count + upsert.Points.Select(point => point.Id).Distinct().Count(id => !views.TryFind(id, out _)) > most)
            throw Refusal($"Max points count limit of {most.ToString(CultureInfo.InvariantCulture)} reached!", "Delete some points, or raise the limit");
    }

    // What is there already: the request that reaches the bound is the last one.
    private static void CheckBytes(CollectionConfig config, ShardViews views, bool vectors)
    {
        if (vectors && config.Strict.Number("max_collection_vector_size_bytes") is { } most && views.Shards.Sum(shard => shard.VectorBytes) >= most)
            throw new InvalidException(string.Create(CultureInfo.InvariantCulture, $"Max vector storage size limit of {most / (1 << 20)}MB reached!"));
        if (config.Strict.Number("max_collection_payload_size_bytes") is { } bytes && views.Shards.Sum(shard => shard.PayloadBytes) >= bytes)
            throw new InvalidException(string.Create(CultureInfo.InvariantCulture, $"Max payload storage size limit of {bytes / (1 << 20)}MB reached!"));
    }

    private static void CheckVectors(CollectionConfig config, IEnumerable<IReadOnlyDictionary<string, VectorValue>> points)
    {
        if (!config.Strict.Bounds.ContainsKey("multivector_config") && !config.Strict.Bounds.ContainsKey("sparse_config"))
            return;
        foreach (var (name, vector) in points.SelectMany(vectors => vectors))
        {
            switch (vector)
            {
                case MultiVector multi when config.Strict.NumberOf("multivector_config", name, "max_vectors") is { } most && multi.Rows > most:
                    throw new InvalidException($"Multivector '{name}' has a limit of {most} vectors, but {multi.Rows} were provided!");
                case SparseVector sparse when config.Strict.NumberOf("sparse_config", name, "max_length") is { } longest && sparse.Indices.Length > longest:
                    throw new InvalidException($"Sparse vector '{name}' has a limit of {longest} indices, but {sparse.Indices.Length} were provided!");
            }
        }
    }

    /// <summary>How many points an operation names, or by which filter it takes them; an upsert and an update of vectors may have both.</summary>
    internal static (int? Named, Filter? Filter) PointsOf(PointOperation operation) => operation switch
    {
        DeletePoints delete => Of(delete.Points),
        DeleteVectors delete => Of(delete.Points),
        SetPayload set => Of(set.Points),
        OverwritePayload overwrite => Of(overwrite.Points),
        DeletePayload delete => Of(delete.Points),
        ClearPayload clear => Of(clear.Points),
        UpsertPoints upsert => (upsert.Points.Count, upsert.Condition),
        UpdateVectors update => (update.Points.Count, update.Condition),
        _ => (null, null),
    };

    private static (int?, Filter?) Of(PointSelector points) => (points.Ids?.Count, points.Filter);

    private static void Check(CollectionConfig config, Filter? filter, string unindexed)
    {
        if (filter is null || !config.Strict.Enabled)
            return;
        var conditions = Conditions(filter, null).ToList();
        if (config.Strict.Number("filter_max_conditions") is { } most && conditions.Count > most)
            throw Refusal($"Filter condition limit reached ({conditions.Count} > {most})", "Reduce the amount of conditions of your filter");
        var largest = conditions.Select(condition => Size(condition.Condition)).DefaultIfEmpty().Max();
        if (config.Strict.Number("condition_max_size") is { } size && largest > size)
            throw Refusal($"Condition size limit reached ({largest} > {size})", "Reduce the size of your condition");
        if (!config.Strict.Forbids(unindexed))
            return;
        foreach (var (condition, parent) in conditions)
        {
            if (condition is FieldCondition field)
                RequireIndex(config, parent is null ? field.Path : field.Path.Below(parent.Elements()), field.Tests);
        }
    }

    private static void RequireIndex(CollectionConfig config, PayloadPath path, IReadOnlyList<FieldTest> tests)
    {
        var declared = config.Fields.GetValueOrDefault(path.Text);
        foreach (var test in tests)
        {
            var (word, serves) = test switch
            {
                MatchText { How: TextMatch.Phrase } => ("phrase", declared?.Type == FieldType.Text && Says(declared, "phrase_matching")),
                MatchText => ("text", declared?.Type == FieldType.Text),
                MatchPrefix => ("prefix", declared?.Type == FieldType.Keyword && Says(declared, "prefix")),
                MatchValue or MatchAny or MatchExcept => ("match", declared is { Type: FieldType.Keyword or FieldType.Integer or FieldType.Bool or FieldType.Uuid, Lookup: true }),
                NumberRange => ("range", declared is { Type: FieldType.Integer or FieldType.Float, Range: true }),
                MomentRange => ("datetime range", declared?.Type == FieldType.Datetime),
                GeoBox or GeoRadius or GeoPolygon => ("geo", declared?.Type == FieldType.Geo),
                _ => ("any condition", declared is not null),
            };
            if (!serves)
                throw Refusal(declared is null || word == "prefix" ? $"Index required but not found for \"{path}\"" : $"Index of type \"{declared.Type}\" found for \"{path}\"", $"Create an index supporting `{word}` for this key");
        }
    }

    private static bool Says(FieldSchema declared, string flag) =>
        declared.Params is { ValueKind: JsonValueKind.Object } parameters && parameters.TryGetProperty(flag, out var value) && value.ValueKind == JsonValueKind.True;

    internal static IEnumerable<(Condition Condition, PayloadPath? Parent)> Conditions(Filter filter, PayloadPath? parent)
    {
        foreach (var condition in filter.Must.Concat(filter.Should).Concat(filter.MustNot).Concat(filter.MinShould?.Conditions ?? []))
        {
            var inner = condition switch
            {
                SubFilter sub => Conditions(sub.Filter, parent),
                Nested nested => Conditions(nested.Filter, parent is null ? nested.Path : nested.Path.Below(parent.Elements())),
                _ => [(condition, parent)],
            };
            foreach (var one in inner)
                yield return one;
        }
    }

    private static int Size(Condition condition) => condition switch
    {
        HasId has => has.Ids.Count,
        FieldCondition field => field.Tests.Max(test => test switch
        {
            MatchAny match => match.Values.Count,
            MatchExcept match => match.Values.Count,
            GeoPolygon polygon => polygon.Exterior.Count + polygon.Holes.Sum(hole => hole.Count),
            _ => 0,
        }),
        _ => 0,
    };

    internal static InvalidException Refusal(string what, string help) => new($"{what}. Help: {help}.");
}
