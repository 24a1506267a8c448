using System.Data.Common;
using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider.SQLite;
using LinqToDB.Internal.DataProvider;

namespace Orrery.Embedded.Relational;

/// <summary>How linq2db talks to the database.</summary>
internal static class SqliteOptions
{
    private static readonly DataProviderBase Provider = ReadingDoublesAsTheyAre();

    /// <summary>Options that any number of threads may open connections from.</summary>
    public static DataOptions For(string connectionText)
    {
        // A bulk copy would else write its values into the text of the statement. SQLite promises the first 15 digits of a double that it reads from
        // text (sqlite.org/floatingpoint.html), and has no word for infinity.
        var options = new DataOptions().UseConnectionString(Provider, connectionText).UseBulkCopyUseParameters(true);

        // The first connection saves in its options what it found (linq2db 6.5.1, DataConnection.ConfigurationApplier): the provider, which tells
        // the next connection that all is there, and after it the mapping schema, which that one may then find missing. So the first is made
        // here, by one thread. It opens no file.
        new DataConnection(options).Dispose();
        return options;
    }

    // FluentMigrator declares a double as NUMERIC, and linq2db reads such a column as a decimal: through text of 15 digits, which loses the last
    // bits, and fails beyond 7.9e28. Who asks for a double gets the double, whatever the column is called.
    private static DataProviderBase ReadingDoublesAsTheyAre()
    {
        var provider = (DataProviderBase)SQLiteTools.GetDataProvider(SQLiteProvider.Microsoft);
        Expression<Func<DbDataReader, int, double>> read = (reader, column) => reader.GetDouble(column);
        foreach (var stored in (Type[])[typeof(double), typeof(long), typeof(string), typeof(byte[])]) // The last is what the driver calls a null.
            provider.ReaderExpressions[new ReaderInfo { ToType = typeof(double), FieldType = stored }] = read;
        return provider;
    }
}
