using System.Text;
using Orrery.Data.Datasets;
using Orrery.Data.Expressions;
using Orrery.Kernel;
using Orrery.Ledger.Resources;

namespace Orrery.Data.Sources;

/// <summary><c>kind: Source</c>.</summary>
internal sealed class SourceKind(ExpressionParser expressions) : ResourceKind<SourceSpec>(AssetKind.Source)
{
    protected override IEnumerable<AssetRef> References(SourceSpec spec) =>
        spec.Suite is { } suite && AssetRef.IsName(suite) ? [new(AssetKind.ExpectationSuite, suite)] : [];

    protected override IReadOnlyDictionary<string, string> Validate(string name, SourceSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (!AssetRef.IsName(spec.Dataset))
            errors["dataset"] = $"'{spec.Dataset}' cannot name a dataset.";
        if (spec.Suite is { } suite && !AssetRef.IsName(suite))
            errors["suite"] = $"'{suite}' cannot name an expectation suite.";
        if (spec.MaxBadShare is { } share and not (>= 0 and <= 1))
            errors["maxBadShare"] = $"A share lies between 0 and 1; got {share}.";
        CheckCsv(spec, errors);
        CheckColumns(spec, errors);
        CheckDerived(spec, errors);
        CheckNamed(spec, errors);
        return errors;
    }

    private static void CheckCsv(SourceSpec spec, Dictionary<string, string> errors)
    {
        if (spec.Csv is not { } csv)
            return;
        if (spec.Format is { } format and not SourceFormat.Csv)
            errors["csv"] = $"The format is {format}; options for CSV have no meaning there.";
        if (csv.Delimiter is { } delimiter && !IsOneCharacter(delimiter))
            errors["csv/delimiter"] = $"One ASCII character that is no line end was expected, got '{delimiter}'.";
        if (!IsOneCharacter(csv.Quote) || csv.Quote == csv.Delimiter)
            errors["csv/quote"] = $"One ASCII character other than the delimiter was expected, got '{csv.Quote}'.";
        if (csv is { Names: not null, Header: true })
            errors["csv/names"] = "The header names the columns; leave out 'names', or say 'header: false'.";
    }

    private static void CheckColumns(SourceSpec spec, Dictionary<string, string> errors)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in (spec.Columns ?? new Dictionary<string, SourceColumn>()).Keys.Concat((spec.Derive ?? new Dictionary<string, string>()).Keys))
        {
            if (DatasetColumns.NameError(name) is { } error)
                errors[$"columns/{name}"] = error;
            else if (!seen.Add(name))
                errors[$"columns/{name}"] = $"The column '{name}' is there twice; upper and lower case make no difference.";
        }

        foreach (var (name, column) in spec.Columns ?? new Dictionary<string, SourceColumn>())
        {
            if (column.Format is not null && column.Type is not ColumnType.Timestamp)
                errors[$"columns/{name}/format"] = "A format is for columns of 'type: timestamp'.";
        }
    }

    private void CheckDerived(SourceSpec spec, Dictionary<string, string> errors)
    {
        // Without declared columns, the columns that an expression may use are known only when a file comes.
        var known = spec.Columns is null ? null : spec.Columns.Keys.Concat(spec.Derive?.Keys ?? []).ToList();
        foreach (var (name, text) in spec.Derive ?? new Dictionary<string, string>())
        {
            try
            {
                expressions.Parse(text, known);
            }
            catch (InvalidException error)
            {
                errors[$"derive/{name}"] = error.Message;
            }
        }
    }

    private static void CheckNamed(SourceSpec spec, Dictionary<string, string> errors)
    {
        if (spec.Columns is null)
            return;
        var names = spec.Columns.Keys.Concat(spec.Derive?.Keys ?? []).ToList();
        if (spec.Timestamp is { } timestamp && !names.Contains(timestamp))
            errors["timestamp"] = DatasetColumns.Unknown(timestamp, names);
        foreach (var key in spec.Key ?? [])
        {
            if (!names.Contains(key))
                errors["key"] = DatasetColumns.Unknown(key, names);
        }
    }

    private static bool IsOneCharacter(string text) => text.Length == 1 && Rune.IsValid(text[0]) && char.IsAscii(text[0]) && text[0] is not ('\n' or '\r' or '\0');
}
