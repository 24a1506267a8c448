using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Orrery.Platform.Relational;

/// <summary>
/// An assembly that holds FluentMigrator migrations. A module's migrations are numbered <c>module × 1,000,000 + n</c>:
/// Platform 0, Ledger 1, Data 2, Features 3, Training 4, Pipelines 5, Serving 6, Monitoring 7, Experiments 8, Search 9, Gateway 10, Agents 11,
/// Governance 12. The database applies those of all sources before the first request, in order of their numbers.
/// </summary>
public sealed record MigrationSource(Assembly Assembly)
{
    /// <summary>Adds the migrations of <paramref name="assembly"/>.</summary>
    public static void Add(IServiceCollection services, Assembly assembly) => services.AddSingleton(new MigrationSource(assembly));
}
