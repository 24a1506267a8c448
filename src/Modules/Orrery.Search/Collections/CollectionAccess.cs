using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Search.Filters;

namespace Orrery.Search.Collections;

/// <summary>What a caller's scopes let them do; a caller without scopes may do what their role says.</summary>
internal static class CollectionAccess
{
    /// <summary>Whether they may know of a collection.</summary>
    public static bool CanSee(Caller caller, string collection) => caller.Scopes is null || caller.Scopes.Any(scope => scope.Covers(collection));

    /// <summary>The scope that holds for a collection, the one with its name before that for all; null where nothing is scoped.</summary>
    /// <exception cref="OrreryException">None is about it.</exception>
    public static CollectionScope? Of(Caller caller, string collection)
    {
        if (caller.Scopes is not { } scopes)
            return null;
        return scopes.FirstOrDefault(scope => scope.Collection == collection) ?? scopes.FirstOrDefault(scope => scope.Covers(collection))
            ?? throw new OrreryException(ErrorCode.Forbidden, $"This token is not for the collection '{collection}'.");
    }

    /// <summary>Refuses what changes collections themselves, or reads them past the documents' access lists.</summary>
    /// <exception cref="OrreryException">The caller has scopes.</exception>
    public static void RequireUnscoped(Caller caller)
    {
        if (caller.Scopes is not null)
            throw new OrreryException(ErrorCode.Forbidden, "A token with scopes reads and writes points; this needs one without.");
    }

    /// <summary>The documents that a scope lets through; null where it is all of them.</summary>
    public static Filter? Documents(CollectionScope scope) => scope.Field is not { } field
        ? null
        : new() { Must = [new FieldCondition(PayloadPath.Parse(field), [new MatchAny((scope.AnyOf ?? []).Select(Scalar.Of).ToHashSet())])] };
}
