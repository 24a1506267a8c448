using System.Text;
using LinqToDB;

namespace Orrery.Ledger.Search;

/// <summary>LIKE and ILIKE in both dialects. SQLite's LIKE knows no case (sqlite.org/lang_expr.html#like), its GLOB does.</summary>
internal static class Patterns
{
    /// <summary>The pattern of LIKE as one of GLOB.</summary>
    public static string ToGlob(string pattern)
    {
        var glob = new StringBuilder(pattern.Length);
        foreach (var c in pattern)
        {
            _ = c switch
            {
                '%' => glob.Append('*'),
                '_' => glob.Append('?'),
                '*' or '?' or '[' => glob.Append('[').Append(c).Append(']'),
                _ => glob.Append(c),
            };
        }

        return glob.ToString();
    }

    [Sql.Expression(ProviderName.SQLite, "{0} GLOB {2}", ServerSideOnly = true, IsPredicate = true)]
    [Sql.Expression("{0} LIKE {1} ESCAPE ''", ServerSideOnly = true, IsPredicate = true)]
    public static bool Like(string? value, string pattern, string glob) => throw new NotSupportedException("In SQL only.");

    [Sql.Expression(ProviderName.SQLite, "{0} LIKE {1}", ServerSideOnly = true, IsPredicate = true)]
    [Sql.Expression("{0} ILIKE {1} ESCAPE ''", ServerSideOnly = true, IsPredicate = true)]
    public static bool LikeAnyCase(string? value, string pattern) => throw new NotSupportedException("In SQL only.");
}
