using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orrery.Cluster;
using Orrery.Platform.Relational;

namespace Orrery.Tests;

/// <summary>
/// What is behind the relational port of a test: SQLite in the test's folder, or with <c>ORRERY_TEST_ON=postgres</c> a PostgreSQL database that goes with the
/// folder, and goes away with it. The same tests run on both.
/// </summary>
internal static class TestDatabase
{
    /// <summary>Beside the data: the name of the database, for whoever opens the folder again.</summary>
    private const string NameFile = "test-database";

    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("ORRERY_TEST_ON") == "postgres";

    /// <summary>Puts PostgreSQL behind the port where tests are to run on it; <see cref="PrepareAsync"/> then says which database.</summary>
    public static void Add(IServiceCollection services)
    {
        if (IsPostgres)
            services.AddPostgres(PostgresOptions.Parse("Host=not-prepared"));
    }

    /// <summary>Call it when all modules are registered: their migrations decide what the database begins with.</summary>
    public static async Task PrepareAsync(IServiceCollection services, string folder)
    {
        if (!IsPostgres)
            return;
        if (!TestPostgres.IsThere)
            throw new InvalidOperationException(TestPostgres.Missing);
        services.Replace(ServiceDescriptor.Singleton(PostgresOptions.Parse(TestPostgres.ConnectionString(await OfFolderAsync(services, folder)))));
    }

    /// <summary>Makes an empty database that goes with a folder, for servers in processes of their own.</summary>
    public static async Task MakeForServersAsync(string folder)
    {
        if (!IsPostgres)
            return;
        TempFolder.Removing = Drop;
        await BindAsync(folder, await TestPostgres.CreateEmptyAsync());
    }

    /// <summary>How a server in the folder reaches its database; null where that is SQLite.</summary>
    public static string? ConnectionOf(string folder) => IsPostgres ? TestPostgres.ConnectionString(File.ReadAllText(Path.Combine(folder, NameFile))) : null;

    private static async Task<string> OfFolderAsync(IServiceCollection services, string folder)
    {
        TempFolder.Removing = Drop;
        var file = Path.Combine(folder, NameFile);
        if (File.Exists(file))
            return await File.ReadAllTextAsync(file);
        var database = await TestPostgres.CreateAsync([.. services.Select(service => service.ImplementationInstance).OfType<MigrationSource>()]);
        await BindAsync(folder, database);
        return database;
    }

    private static async Task BindAsync(string folder, string database)
    {
        Directory.CreateDirectory(folder);
        await using var writer = new StreamWriter(Path.Combine(folder, NameFile));
        await writer.WriteAsync(database);
    }

    private static void Drop(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, NameFile, SearchOption.AllDirectories))
            TestPostgres.Drop(File.ReadAllText(file));
    }
}
