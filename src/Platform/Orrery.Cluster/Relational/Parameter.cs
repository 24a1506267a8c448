using Npgsql;

namespace Orrery.Cluster.Relational;

/// <summary>A value by its place, <c>$1</c>, with its type, so that it is not boxed.</summary>
internal static class Parameter
{
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
