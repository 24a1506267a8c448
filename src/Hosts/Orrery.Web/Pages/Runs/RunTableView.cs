using Microsoft.AspNetCore.WebUtilities;
using Orrery.Kernel;
using Orrery.Ledger.Runs;

namespace Orrery.Web.Pages.Runs;

/// <summary>What the table of runs shows: all of it stands in the page's address, so that a view can be kept, sent and gone back to.</summary>
/// <param name="Folder">The name of a folder, or nothing.</param>
/// <param name="Kind">A kind of run, or nothing.</param>
/// <param name="Status">A status, or nothing.</param>
/// <param name="Filter">Conditions as docs/design/search.md tells them.</param>
/// <param name="Order">What the runs are ordered by: <c>metrics.`auc` DESC</c>; nothing: newest first.</param>
/// <param name="Columns">Metrics and parameters that have a column: <c>metrics.auc</c>, <c>params.lr</c>; null: some metrics that are there, the usual ones first.</param>
public sealed record RunTableView(string Folder = "", string Kind = "", string Status = "", string Filter = "", string Order = "", IReadOnlyList<string>? Columns = null)
{
    /// <summary>The tag of a folder that keeps a view of it under a name.</summary>
    public const string TagPrefix = "orrery.view.";

    private const string Path = "/runs";

    public bool IsFiltered => Folder.Length + Kind.Length + Status.Length + Filter.Length > 0;

    /// <summary>The address of the view.</summary>
    public string Address => QueryHelpers.AddQueryString(Path, Parts().Where(part => part.Value.Length > 0).ToDictionary(part => part.Key, part => (string?)part.Value));

    /// <summary>Reads an address.</summary>
    public static RunTableView Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        string Of(string name) => query.TryGetValue(name, out var value) ? value.ToString().Trim() : "";
        return new(Of("folder"), Of("kind"), Of("status"), Of("filter"), Of("order"), query.ContainsKey("columns") ? Of("columns").Split('|', StringSplitOptions.RemoveEmptyEntries) : null);
    }

    /// <summary>The search that finds its runs, in the folder of that number.</summary>
    /// <exception cref="InvalidException">A condition cannot be said.</exception>
    public RunSearch ToSearch(long? folder) => new(
        string.Join(" AND ", new[] { Condition("kind", Kind), Condition("status", Status.ToLowerInvariant()), Filter }.Where(condition => condition.Length > 0)) is { Length: > 0 } filter ? filter : null,
        Order.Length > 0 ? [Order] : null, folder is { } number ? [number] : null);

    /// <summary>The view ordered by a field; by the same one again the other way round.</summary>
    public RunTableView OrderedBy(string field, bool descendingFirst)
    {
        var (first, second) = descendingFirst ? (" DESC", "") : ("", " DESC");
        return this with { Order = Order == field + first ? field + second : field + first };
    }

    /// <summary>Which way the table is ordered by a field: 1 up, -1 down, 0 not.</summary>
    public int Direction(string field) => Order == field ? 1 : Order == field + " DESC" ? -1 : 0;

    /// <summary>A column as a search names it: <c>metrics.auc</c> is <c>metrics.`auc`</c>.</summary>
    public static string FieldOf(string column)
    {
        var dot = column.IndexOf('.', StringComparison.Ordinal);
        return $"{column[..dot]}.`{column[(dot + 1)..]}`";
    }

    private static string Condition(string attribute, string text) => text switch
    {
        "" => "",
        _ when !text.Contains('\'', StringComparison.Ordinal) => $"attributes.{attribute} = '{text}'",
        _ => throw new InvalidException($"No {attribute} is called '{text}'."),
    };

    private IEnumerable<KeyValuePair<string, string>> Parts() =>
    [
        new("folder", Folder), new("kind", Kind), new("status", Status), new("filter", Filter), new("order", Order), new("columns", string.Join('|', Columns ?? [])),
    ];
}
