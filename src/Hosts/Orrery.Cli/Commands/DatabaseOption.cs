using System.CommandLine;

namespace Orrery.Cli.Commands;

/// <summary><c>--database</c>: which PostgreSQL a server keeps its records in. It may hold a password, so it is passed on and never shown.</summary>
internal sealed class DatabaseOption() : Option<string?>("--database")
{
    private const string Variable = "ORRERY_DATABASE";

    public static DatabaseOption Create() => new()
    {
        Description = $"Keep records in PostgreSQL: a connection string or URI, also as {Variable} in the environment; by default in the folder. A password is best given as PGPASSWORD",
    };

    /// <summary>What was said here, or else in the environment; null where nothing was.</summary>
    public string? Of(ParseResult parsed) => (parsed.GetValue(this) ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } said ? said : null;
}
