using System.Data.Common;
using Npgsql;
using Orrery.Kernel;

namespace Orrery.Cluster;

/// <summary>Which PostgreSQL the relational data is kept in.</summary>
public sealed record PostgresOptions
{
    private const int MaxConnections = 40;

    private PostgresOptions(NpgsqlConnectionStringBuilder connection) => Connection = connection;

    /// <summary>The server and the database, without user and password: for messages and logs.</summary>
    public string Place => $"{Connection.Host}:{Connection.Port}/{Connection.Database ?? Connection.Username}";

    /// <summary>How to reach it.</summary>
    internal NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>
    /// Reads a connection string of Npgsql (<c>Host=db;Database=orrery;Username=orrery</c>) or a URI as psql takes it
    /// (<c>postgresql://orrery@db:5432/orrery?sslmode=require</c>). A password that it leaves out comes from <c>PGPASSWORD</c> or the password file (<c>PGPASSFILE</c>).
    /// </summary>
    /// <exception cref="InvalidException">It is neither. What it says is not repeated, because a password may be in it.</exception>
    public static PostgresOptions Parse(string text)
    {
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = PostgresUri.Is(text) ? PostgresUri.Parse(text) : new(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw Refusal(); // Without the cause: it may quote what is secret.
        }

        if (string.IsNullOrEmpty(connection.Host))
            throw Refusal();
        Complete(connection);
        return new(connection);
    }

    /// <summary>Tells where it is, never how it is entered.</summary>
    public override string ToString() => Place;

    // What somebody says himself stays.
    private static void Complete(NpgsqlConnectionStringBuilder connection)
    {
        var said = new DbConnectionStringBuilder { ConnectionString = connection.ConnectionString }; // Npgsql's own says of every word that it is there.
        connection.PersistSecurityInfo = false;
        connection.SearchPath = "public"; // Migrations name their tables there; another schema of the same user must not come before it.
        if (!said.ContainsKey("Application Name"))
            connection.ApplicationName = "orrery";
        if (!said.ContainsKey("Maximum Pool Size"))
            connection.MaxPoolSize = MaxConnections;
        // Statements come again and again from the same few hundred places; planning them took about as long as running them.
        if (!said.ContainsKey("Max Auto Prepare"))
            connection.MaxAutoPrepare = 200;
        // Notices a server that is gone, where no packet says so: while a query runs nothing else would.
        if (!said.ContainsKey("Keepalive"))
            connection.KeepAlive = 30;
    }

    private static InvalidException Refusal() => new(
        "Expected a connection to PostgreSQL like \"Host=127.0.0.1;Port=5432;Database=orrery;Username=orrery\" or \"postgresql://orrery@127.0.0.1:5432/orrery\". " +
        "What came is not repeated here, because a password may be in it; the best place for one is the environment variable PGPASSWORD or a password file.");
}
