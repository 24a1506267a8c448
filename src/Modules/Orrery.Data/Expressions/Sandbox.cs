using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expressions;

/// <summary>
/// Opens sessions in which users' expressions run: they read the named files, write below one folder, and nothing else of the machine; no setting can be
/// changed any more. The second wall behind <see cref="ExpressionParser"/>.
/// </summary>
/// <remarks>
/// DuckDB 1.5 computes a part that two expressions share beside them, and so outside the TRY that they both stand in: one bad row then fails the whole statement.
/// That rewriting is switched off here.
/// </remarks>
internal sealed class Sandbox(AnalyticsEngine analytics, IOptions<DataOptions> options)
{
    /// <param name="folder">Where it may read and write; a folder of this session alone.</param>
    /// <param name="files">What it may read besides.</param>
    public DuckDBConnection Open(string folder, IEnumerable<string> files)
    {
        var session = analytics.Open();
        try
        {
            using var command = session.CreateCommand();
            var paths = string.Join(", ", files.Select(Sql.Text));
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                SET memory_limit='{options.Value.SandboxMemoryMiB}MiB';
                SET temp_directory={Sql.Text(Path.Combine(folder, "spill"))};
                SET allowed_directories=[{Sql.Text(folder + Path.DirectorySeparatorChar)}];
                SET allowed_paths=[{paths}];
                SET disabled_optimizers='common_subexpressions';
                SET enable_external_access=false;
                SET lock_configuration=true;
                """);
            command.ExecuteNonQuery();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
