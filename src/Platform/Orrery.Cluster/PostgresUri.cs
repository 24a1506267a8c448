using System.Globalization;
using System.Web;
using Npgsql;

namespace Orrery.Cluster;

/// <summary>Connection URIs (postgresql.org/docs/current/libpq-connect.html, section 34.1.1.2), which Npgsql does not read.</summary>
internal static class PostgresUri
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    public static bool Is(string text) => Array.Exists(Schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="FormatException">It is no URI with one host.</exception>
    /// <exception cref="ArgumentException">It has a parameter that is not known.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new FormatException();
        var connection = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host.Trim('[', ']')) };
        if (uri.Port > 0)
            connection.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1)
            connection.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        var (user, password) = Split(uri.UserInfo);
        if (user.Length > 0)
            connection.Username = Uri.UnescapeDataString(user);
        if (password is not null)
            connection.Password = Uri.UnescapeDataString(password);
        var parameters = HttpUtility.ParseQueryString(uri.Query);
        foreach (string? name in parameters)
            Set(connection, name ?? throw new FormatException(), parameters[name]!);
        return connection;
    }

    private static (string User, string? Password) Split(string userInfo)
    {
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (userInfo, null) : (userInfo[..colon], userInfo[(colon + 1)..]);
    }

    // libpq's names where they are not Npgsql's; anything else is asked of Npgsql.
    private static void Set(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        switch (name)
        {
            case "host": connection.Host = value; break;
            case "user": connection.Username = value; break;
            case "dbname": connection.Database = value; break;
            case "sslmode": connection.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
            case "sslrootcert": connection.RootCertificate = value; break;
            case "sslcert": connection.SslCertificate = value; break;
            case "sslkey": connection.SslKey = value; break;
            case "connect_timeout": connection.Timeout = int.Parse(value, CultureInfo.InvariantCulture); break;
            case "application_name": connection.ApplicationName = value; break;
            default: connection[name] = value; break;
        }
    }
}
