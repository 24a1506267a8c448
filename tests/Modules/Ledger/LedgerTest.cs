using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tests;

namespace Orrery.Ledger.Tests;

/// <summary>A ledger on a real database in a temporary folder.</summary>
internal static class LedgerTest
{
    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public static Task<TestPlatform> StartAsync(Action<IServiceCollection>? configure = null, TimeProvider? time = null) =>
        TestPlatform.StartAsync(services => Configure(services, configure), time);

    public static Task<TestPlatform> StartInAsync(TempFolder folder, Action<IServiceCollection>? configure = null, TimeProvider? time = null) =>
        TestPlatform.StartInAsync(folder, services => Configure(services, configure), time);

    public static IAssets Assets(this TestPlatform platform) => platform.Get<IAssets>();

    public static IRuns Runs(this TestPlatform platform) => platform.Get<IRuns>();

    private static void Configure(IServiceCollection services, Action<IServiceCollection>? configure)
    {
        services.AddLedger(new ConfigurationBuilder().Build());
        configure?.Invoke(services);
    }
}
