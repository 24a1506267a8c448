using Npgsql;

namespace Orrery.Import.Vectors;

/// <summary>The connection that a <c>postgresql://user:password@host:port/database?sslmode=…</c> address names, as libpq reads it.</summary>
public static class PostgresAddress
{
    /// <summary>The same in Npgsql's form; a text in that form stays what it is.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static string Parse(string connection)
    {
        if (!connection.StartsWith("postgres", StringComparison.Ordinal) || !Uri.TryCreate(connection, UriKind.Absolute, out var address))
            return new NpgsqlConnectionStringBuilder(connection).ToString();
        var parts = new NpgsqlConnectionStringBuilder { Host = address.Host.Length > 0 ? address.Host : "localhost" };
        if (address.Port > 0)
            parts.Port = address.Port;
        if (address.AbsolutePath.Length > 1)
            parts.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        if (address.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            parts.Username = Uri.UnescapeDataString(user);
            if (password.Length > 0)
                parts.Password = Uri.UnescapeDataString(password[0]);
        }

        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var text] ? (key, Uri.UnescapeDataString(text)) : (pair, "");
            parts[name switch { "sslmode" => "SSL Mode", "application_name" => "Application Name", "connect_timeout" => "Timeout", _ => name }] = value;
        }

        return parts.ToString();
    }
}
