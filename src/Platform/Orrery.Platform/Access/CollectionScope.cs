namespace Orrery.Platform.Access;

/// <summary>What a token may do with a collection.</summary>
public enum ScopeAccess
{
    /// <summary>Search and read.</summary>
    Read,
    /// <summary>Store, change and remove points too.</summary>
    Write,
}

/// <summary>One collection that a token is for. A token with scopes reaches nothing else: no other collection, and no other part of Orrery.</summary>
/// <param name="Collection">Its own name, not an alias; <c>*</c> is every collection.</param>
/// <param name="Access">What the token may do there.</param>
/// <param name="Field">The payload field with a document's access list; null where all documents may be read.</param>
/// <param name="AnyOf">Which entries let the token read a document; a document without the field, or with none of them, is not there for it.</param>
public sealed record CollectionScope(string Collection, ScopeAccess Access, string? Field = null, IReadOnlyList<string>? AnyOf = null)
{
    /// <summary>Every collection.</summary>
    public const string Every = "*";

    /// <summary>Whether it is about a collection.</summary>
    public bool Covers(string collection) => Collection == Every || Collection == collection;
}
