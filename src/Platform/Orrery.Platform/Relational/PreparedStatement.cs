using System.Data.Common;
using LinqToDB.Data;

namespace Orrery.Platform.Relational;

/// <summary>
/// One statement for many rows: parsed once, its values bound for each. For the few places that write thousands of rows at once and must change what is there,
/// which a bulk copy cannot.
/// </summary>
/// <remarks>
/// Not thread-safe; for one transaction. A statement of many rows is no substitute on SQLite, which finds a named value by going through all names
/// before it: 1,000 rows of 7 values took 40 times as long.
/// </remarks>
public sealed class PreparedStatement : IDisposable
{
    private readonly DbCommand _command;

    /// <param name="transaction">Where it runs.</param>
    /// <param name="sql">What both databases read; values are called <c>@name</c>.</param>
    /// <param name="names">The values' names, without the @, in the order in which they will be given.</param>
    public PreparedStatement(DataConnection transaction, string sql, params ReadOnlySpan<string> names)
    {
        _command = transaction.OpenDbConnection().CreateCommand();
        _command.CommandText = sql;
        foreach (var name in names)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = $"@{name}";
            _command.Parameters.Add(parameter);
        }
    }

    /// <summary>Runs it; returns how many rows it changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it; returns the first value that it answers, null where it answers none.</summary>
    public object? Scalar(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        if (values.Length != _command.Parameters.Count)
            throw new ArgumentException($"The statement has {_command.Parameters.Count} values; given were {values.Length}.", nameof(values));
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
