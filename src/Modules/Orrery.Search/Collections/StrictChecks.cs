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
        "unindexed_filtering_retrieve", "unindexed_filtering_update", "max_payload_index_count",
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

    public static void Check(CollectionConfig config, QueryStage stage, int groupSize = 1)
    {
        if (!config.Strict.Enabled)
            return;
        Limit(config.Strict, "max_query_limit", (double)stage.Limit * groupSize, "limit");
        Limit(config.Strict, "search_max_hnsw_ef", stage.Ef, "hnsw_ef");
        if (stage.Exact && config.Strict.Forbids("search_allow_exact"))
            throw Refusal("Exact search disabled!", "Set exact=false");
        Check(config, stage.Filter, "unindexed_filtering_retrieve");
        foreach (var inner in stage.Prefetch)
            Check(config, inner);
    }

    public static void CheckGrouping(CollectionConfig config, PayloadPath by)
    {
        if (config.Strict.Forbids("unindexed_filtering_retrieve"))
            RequireIndex(config, by, [new MatchAny(new HashSet<Scalar>())]);
    }

    public static void CheckRead(CollectionConfig config, Filter? filter, int? limit = null)
    {
        Limit(config.Strict, "max_query_limit", limit, "limit");
        Check(config, filter, "unindexed_filtering_retrieve");
    }

    public static void Check(CollectionConfig config, PointOperation operation, ShardView view)
    {
        if (!config.Strict.Enabled)
            return;
        switch (operation)
        {
            case UpsertPoints upsert:
                Limit(config.Strict, "upsert_max_batchsize", upsert.Points.Count, "upsert limit");
                CheckRoom(config, upsert, view);
                break;
            case UpdateVectors update:
                Limit(config.Strict, "upsert_max_batchsize", update.Points.Count, "update limit");
                break;
        }

        Check(config, FilterOf(operation), "unindexed_filtering_update");
    }

    private static void CheckRoom(CollectionConfig config, UpsertPoints upsert, ShardView view)
    {
        if (config.Strict.Number("max_points_count") is not { } most)
            return;
        using var reading = view.Reading();
        if (view.Count + upsert.Points.Select(point => point.Id).Distinct().Count(id => !view.TryFind(id, out _)) > most)
            throw Refusal($"Max points count limit of {most.ToString(CultureInfo.InvariantCulture)} reached!", "Delete some points, or raise the limit");
    }

    private static Filter? FilterOf(PointOperation operation) => operation switch
    {
        DeletePoints delete => delete.Points.Filter,
        DeleteVectors delete => delete.Points.Filter,
        SetPayload set => set.Points.Filter,
        OverwritePayload overwrite => overwrite.Points.Filter,
        DeletePayload delete => delete.Points.Filter,
        ClearPayload clear => clear.Points.Filter,
        UpsertPoints upsert => upsert.Condition,
        UpdateVectors update => update.Condition,
        _ => null,
    };

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

    private static IEnumerable<(Condition Condition, PayloadPath? Parent)> Conditions(Filter filter, PayloadPath? parent)
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

    private static void Limit(StrictMode strict, string bound, double? value, string name)
    {
        if (strict.Number(bound) is { } limit && value > limit)
            throw Refusal(string.Create(CultureInfo.InvariantCulture, $"Limit exceeded {value} > {limit} for \"{name}\""), string.Create(CultureInfo.InvariantCulture, $"Reduce the \"{name}\" parameter to or below {limit}"));
    }

    private static InvalidException Refusal(string what, string help) => new($"{what}. Help: {help}.");
}
