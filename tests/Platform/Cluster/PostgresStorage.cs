using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orrery.Cluster;
using Orrery.Embedded;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Platform.Tests.Conformance;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>A database of its own on the PostgreSQL that the tests were given; without one the test is skipped.</summary>
internal sealed class PostgresStorage<TPort> : IAdapterStorage<TPort> where TPort : notnull
{
    private readonly TempFolder _folder = new();
    private string? _database;

    public PostgresStorage()
    {
        if (!TestPostgres.IsThere)
            _folder.Dispose();
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
    }

    /// <inheritdoc/>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <inheritdoc/>
    public async Task<Opened<TPort>> OpenAsync()
    {
        _database ??= await TestPostgres.CreateAsync([]);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddEmbeddedPlatform(new DataFolder(_folder.Path));
        services.AddPostgres(PostgresOptions.Parse(TestPostgres.ConnectionString(_database)));
        var platform = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
        await platform.GetRequiredService<IDatabase>().IsNewAsync();
        return new(platform.GetRequiredService<TPort>(), platform.DisposeAsync);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_database is not null)
            TestPostgres.Drop(_database);
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
