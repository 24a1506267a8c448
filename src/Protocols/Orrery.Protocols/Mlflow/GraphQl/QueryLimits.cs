using GraphQLParser.AST;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>
/// Bounds what one query may ask, before anything of it is validated or run. The numbers and words are MLflow's (mlflow/server/graphql/graphql_no_batching.py,
/// 3.5), which looks at each definition alone; here a fragment counts wherever it is used, so that none multiplies the work in secret.
/// </summary>
internal sealed class QueryLimits
{
    public const int MaxQueryCharacters = 100_000;

    private const int MaxDepth = 10;
    private const int MaxSelections = 1000;
    private const int MaxRootFields = 10;
    private const int MaxAliases = 10;

    // The introspection that tools send has 14 levels, of which all but a few are not lists. Each list within a list multiplies the answer by the number of
    // fields and types, so it is lists that are bounded, as graphql-js does (MaxIntrospectionDepthRule).
    private const int MaxIntrospectionDepth = 20;
    private const int MaxIntrospectionLists = 3;

    private readonly Dictionary<string, GraphQLFragmentDefinition> _fragments = [];
    private int _selections;
    private int _rootFields;
    private int _mostAliases;

    private QueryLimits()
    {
    }

    /// <summary>Why the query is refused; null where it is not.</summary>
    public static string? Check(GraphQLDocument document)
    {
        var limits = new QueryLimits();
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
            limits._fragments[fragment.FragmentName.Name.StringValue] = fragment;
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            if (limits.Scan(operation.SelectionSet, new(1, MaxDepth, 0)) is { } refusal)
                return refusal;
        }

        if (limits._rootFields > MaxRootFields)
            return TooMany("root fields", MaxRootFields, limits._rootFields);
        return limits._mostAliases > MaxAliases ? TooMany("aliases", MaxAliases, limits._mostAliases) : null;
    }

    private string? Scan(GraphQLSelectionSet set, Level level)
    {
        if (level.Depth > level.MaxDepth)
            return $"Query exceeds maximum depth of {level.MaxDepth}";
        var aliases = 0;
        var refusal = ScanLevel(set, level, ref aliases);
        _mostAliases = Math.Max(_mostAliases, aliases);
        return refusal;
    }

    // What a fragment selects stands on the level where the fragment is used.
    private string? ScanLevel(GraphQLSelectionSet set, Level level, ref int aliases)
    {
        foreach (var selection in set.Selections)
        {
            if (++_selections > MaxSelections)
                return $"Query exceeds maximum total selections of {MaxSelections}";
            var refusal = selection switch
            {
                GraphQLField field => ScanField(field, level, ref aliases),
                GraphQLInlineFragment inline => ScanLevel(inline.SelectionSet, level, ref aliases),
                // One that is used by itself is counted until it is too much.
                GraphQLFragmentSpread spread when _fragments.TryGetValue(spread.FragmentName.Name.StringValue, out var fragment) =>
                    ScanLevel(fragment.SelectionSet, level, ref aliases),
                _ => null,
            };
            if (refusal is not null)
                return refusal;
        }

        return null;
    }

    private string? ScanField(GraphQLField field, Level level, ref int aliases)
    {
        var name = field.Name.StringValue;
        if (level.Depth == 1)
        {
            _rootFields++;
            if (name is "__schema" or "__type")
                level = level with { MaxDepth = MaxIntrospectionDepth };
        }

        if (field.Alias is not null)
            aliases++;
        var lists = level.Lists + (name is "fields" or "interfaces" or "possibleTypes" or "inputFields" ? 1 : 0);
        if (level.MaxDepth == MaxIntrospectionDepth && lists > MaxIntrospectionLists)
            return $"Introspection nests more than {MaxIntrospectionLists} lists";
        return field.SelectionSet is { } below ? Scan(below, level with { Depth = level.Depth + 1, Lists = lists }) : null;
    }

    private static string TooMany(string what, int most, int found) => $"GraphQL queries should have at most {most} {what}, got {found} {what}.";

    private readonly record struct Level(int Depth, int MaxDepth, int Lists);
}
