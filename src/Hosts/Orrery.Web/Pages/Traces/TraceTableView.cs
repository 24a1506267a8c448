using Microsoft.AspNetCore.WebUtilities;
using Orrery.Kernel;
using Orrery.Ledger.Traces;

namespace Orrery.Web.Pages.Traces;

/// <summary>What the table of traces shows: all of it stands in the page's address, so that it can be kept, sent and gone back to.</summary>
/// <param name="Folder">The name of an experiment; nothing: all.</param>
/// <param name="Run">The id of a run whose traces these are, or nothing.</param>
/// <param name="Filter">Conditions as docs/guides/traces.md tells them.</param>
/// <param name="Order">What the traces are ordered by; nothing: newest first.</param>
public sealed record TraceTableView(string Folder = "", string Run = "", string Filter = "", string Order = "")
{
    private const string Path = "/traces";

    /// <summary>Whether it shows less than all.</summary>
    public bool IsFiltered => Folder.Length + Run.Length + Filter.Length > 0;

    /// <summary>The address of the view.</summary>
    public string Address => QueryHelpers.AddQueryString(Path, Parts().Where(part => part.Value.Length > 0).ToDictionary(part => part.Key, part => (string?)part.Value));

    /// <summary>Reads an address.</summary>
    public static TraceTableView Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        string Of(string name) => query.TryGetValue(name, out var value) ? value.ToString().Trim() : "";
        return new(Of("folder"), Of("run"), Of("filter"), Of("order"));
    }

    /// <summary>The search that finds its traces, in the folders of these numbers.</summary>
    /// <exception cref="InvalidException">The run's id is none.</exception>
    public TraceSearch ToSearch(IReadOnlyList<long> folders, PageRequest page)
    {
        if (Run.Length > 0 && !RunId.TryParse(Run, out _))
            throw new InvalidException($"A run's id has 32 hexadecimal digits; got '{Run}'.");
        var conditions = new[] { Run.Length > 0 ? $"run_id = '{Run}'" : "", Filter }.Where(condition => condition.Length > 0);
        return new(folders, string.Join(" AND ", conditions), Order.Length > 0 ? [Order] : null, page.CheckedLimit, page.Cursor);
    }

    /// <summary>The view ordered by a field; by the same one again the other way round.</summary>
    public TraceTableView OrderedBy(string field, bool descendingFirst)
    {
        var (first, second) = descendingFirst ? (" DESC", "") : ("", " DESC");
        return this with { Order = Order == field + first ? field + second : field + first };
    }

    /// <summary>Which way the table is ordered by a field: 1 up, -1 down, 0 not.</summary>
    public int Direction(string field) => Order == field ? 1 : Order == field + " DESC" ? -1 : 0;

    private IEnumerable<KeyValuePair<string, string>> Parts() => [new("folder", Folder), new("run", Run), new("filter", Filter), new("order", Order)];
}
