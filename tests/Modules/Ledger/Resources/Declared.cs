using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Tests.Resources;

/// <summary>A kind of resource for tests, shaped like a feature view: references, durations, enums, nested records, lists and maps.</summary>
internal sealed record ViewSpec(
    string Entity, IReadOnlyList<ViewFeature> Features, TimeSpan? Ttl = null, IReadOnlyList<string>? Uses = null, bool Online = true,
    IReadOnlyDictionary<string, double>? Weights = null, ViewSource? Source = null);

internal sealed record ViewFeature(string Name, ViewFunction Function, TimeSpan Window, int Limit = 10);

internal enum ViewFunction { Mean, Count, ShareAbove }

[System.Text.Json.Serialization.JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[System.Text.Json.Serialization.JsonDerivedType(typeof(FileSource), "file")]
[System.Text.Json.Serialization.JsonDerivedType(typeof(TableSource), "table")]
internal abstract record ViewSource;

internal sealed record FileSource(string Path) : ViewSource;

internal sealed record TableSource(string Table, int Rows = 0) : ViewSource;

internal sealed class ViewKind() : ResourceKind<ViewSpec>(AssetKind.FeatureView)
{
    public ConcurrentQueue<string> Applied { get; } = [];

    public string? FailOn { get; set; }

    protected override IEnumerable<AssetRef> References(ViewSpec spec) => (spec.Uses ?? []).Select(name => new AssetRef(AssetKind.FeatureView, name));

    protected override IReadOnlyDictionary<string, string> Validate(string name, ViewSpec spec) =>
        spec.Features.Count == 0 ? new Dictionary<string, string> { ["features"] = "a view has at least one feature" } : new Dictionary<string, string>();

    protected override Task AppliedAsync(Caller caller, AssetVersion version, ViewSpec spec, CancellationToken cancellationToken)
    {
        if (version.Name == FailOn)
            throw new InvalidOperationException("broken");
        Applied.Enqueue(version.Ref.ToString());
        return Task.CompletedTask;
    }

    public static Action<IServiceCollection> Register(ViewKind kind) => services => services.AddSingleton<IResourceKind>(kind);
}
