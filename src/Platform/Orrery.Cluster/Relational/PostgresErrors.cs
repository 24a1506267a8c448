using System.Net.Sockets;
using System.Text;
using Npgsql;
using Orrery.Kernel;

namespace Orrery.Cluster.Relational;

/// <summary>Says what PostgreSQL refused, in words that tell the operator what to do. Never with the connection string.</summary>
internal static class PostgresErrors
{
    private static readonly string[] Unavailable = ["08", "40", "53", "57", "58"];

    /// <summary>The refusal that <paramref name="error"/> amounts to, or itself where it is not the database's.</summary>
    public static Exception Translate(Exception error, string what) => error switch
    {
        // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
        PostgresException refused when InClass(refused.SqlState, "23") => new ConflictException($"It contradicts what is stored: {refused.MessageText}.", error),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } or EncoderFallbackException =>
            new InvalidException($"{what} has text that PostgreSQL cannot keep: the character U+0000, or half of a surrogate pair. Remove it and try again.", error),
        PostgresException refused when IsUnavailable(refused.SqlState) =>
            new UnavailableException($"{what} could not be done: PostgreSQL says '{refused.MessageText}' ({refused.SqlState}). Nothing of it was kept. Try again once that is mended.", error),
        _ when IsConnection(error) => new UnavailableException($"{what} could not be done: the connection to PostgreSQL failed ({Innermost(error)}). Nothing of it was kept. Try again.", error),
        _ => error,
    };

    /// <summary>What kept a connection from being opened.</summary>
    public static Exception TranslateOpening(Exception error, PostgresOptions options) => Cause(error) switch
    {
        NpgsqlException refused when IsLogin(refused) => new PreconditionFailedException(
            $"PostgreSQL at {options.Place} does not let the user '{options.Connection.Username}' in: the password is wrong or missing (PGPASSWORD, a password file, or Password= in the connection string), " +
            "or pg_hba.conf does not allow it."),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => new PreconditionFailedException(
            $"PostgreSQL has no database for {options.Place}. Make it: createdb --encoding UTF8 --owner {options.Connection.Username} {options.Connection.Database}"),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused => new PreconditionFailedException(
            $"The user '{options.Connection.Username}' may not make its tables in {options.Place} ({refused.MessageText}). Make it the owner of the database: ALTER DATABASE … OWNER TO …"),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectNotInPrerequisiteState } => new PreconditionFailedException(
            $"PostgreSQL at {options.Place} only reads: it is a standby, or made read-only. Name the primary with --database (of several hosts: Target Session Attributes=primary)."),
        { } cause when IsConnection(cause) => new UnavailableException(
            $"PostgreSQL cannot be reached at {options.Place}: {Innermost(error)}. Start it, or correct the connection given with --database.", error),
        _ => error,
    };

    /// <summary>Whether it may go well at the next try: the connection was lost, or other transactions came in between.</summary>
    public static bool IsTransient(Exception error) => error is NpgsqlException { IsTransient: true } || IsConnection(error);

    // Connection lost, rolled back for others' sake, out of resources, stopped by an operator, input and output; and a standby, which only reads.
    private static bool IsUnavailable(string state) =>
        state == PostgresErrorCodes.ReadOnlySqlTransaction || Array.Exists(Unavailable, @class => InClass(state, @class));

    private static bool InClass(string state, string @class) => state.StartsWith(@class, StringComparison.Ordinal);

    // Where there is no password at all, Npgsql itself says so.
    private static bool IsLogin(NpgsqlException error) => error is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification }
        || (error is not PostgresException && error.Message.StartsWith("No password", StringComparison.Ordinal));

    // FluentMigrator wraps what it meets.
    private static Exception Cause(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException)
                return cause;
        }

        return error;
    }

    private static bool IsConnection(Exception error) => error is NpgsqlException and not PostgresException or SocketException or IOException or TimeoutException;

    private static string Innermost(Exception error) => error.GetBaseException().Message.TrimEnd('.');
}
