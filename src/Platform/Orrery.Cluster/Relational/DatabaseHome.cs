using Npgsql;
using Orrery.Kernel;
using Orrery.Platform.Hosting;

namespace Orrery.Cluster.Relational;

/// <summary>
/// Ties the database to one data folder. Blobs, signals, key-values and collections still lie there, and what has a single live owner has it in the process
/// that holds the folder's lock: a second server on the same database with another folder would find neither. So it is refused.
/// </summary>
internal sealed class DatabaseHome(DataFolder folder, PostgresOptions options)
{
    private const string FileName = "database-home";
    private const string Table = "public.orrery_home";

    private readonly string _file = Path.Combine(Path.GetFullPath(folder.Path), FileName);

    /// <summary>Takes a database that belongs to no folder yet.</summary>
    /// <exception cref="PreconditionFailedException">It belongs to another folder.</exception>
    public void Claim(NpgsqlConnection connection)
    {
        var id = Id();
        PostgresConnections.Execute(connection, $"CREATE TABLE IF NOT EXISTS {Table} (id integer PRIMARY KEY CHECK (id = 1), folder text NOT NULL)");
        using (var claim = new NpgsqlCommand($"INSERT INTO {Table} VALUES (1, $1) ON CONFLICT (id) DO NOTHING", connection))
        {
            claim.Parameters.Add(Parameter.Of(id));
            claim.ExecuteNonQuery();
        }

        if (PostgresConnections.Execute(connection, $"SELECT folder FROM {Table}") is string home && home != id)
            throw new PreconditionFailedException(
                $"The database {options.Place} belongs to another data folder than '{Path.GetDirectoryName(_file)}': to the one whose file '{FileName}' says {home}. " +
                "Artifacts and signals of its records lie there. Take that folder (--data), or another database (--database).");
    }

    // A backup of the folder holds the file, so what is restored from it fits.
    private string Id()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        if (File.Exists(_file) && File.ReadAllText(_file).Trim() is { Length: > 0 } id)
            return id;
        id = Guid.NewGuid().ToString("N");
        var making = _file + ".new";
        using (var stream = new FileStream(making, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(making, _file, overwrite: true);
        return id;
    }
}
