using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Models;
using Orrery.Protocols.Mlflow.Prompts;

namespace Orrery.Protocols.Mlflow.Webhooks;

/// <summary>Deliveries as MLflow's server sends them, which its users' receivers understand. Source: mlflow/webhooks/delivery.py, types.py (3.5).</summary>
internal sealed class MlflowWebhookFormat(IServiceProvider services) : IWebhookFormat
{
    public const string FormatName = "mlflow";

    private const string Part = "webhooks";
    private const string Tag = "example_key";

    // Webhooks are made by the ledger's own services, so theirs are looked up when the first delivery needs them.
    private readonly Lazy<IAssets> _assets = new(services.GetRequiredService<IAssets>);

    public string Name => FormatName;

    public WebhookHeaders Headers { get; } = new("X-MLflow-Delivery-Id", "X-MLflow-Timestamp", "X-MLflow-Signature");

    public byte[] Key(string secret) => Encoding.UTF8.GetBytes(secret);

    public async Task<WebhookBody?> WriteAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var happened = recorded.Event;
        if (MlflowEvent.Of(happened.Type, happened.Kind) is not { } word)
            return null;
        var version = happened is { Type: LedgerEvents.VersionAdded, VersionId: { } id }
            ? await _assets.Value.GetAsync(Caller.System(Part, recorded.Workspace), id, cancellationToken)
            : null;
        return Body(word, recorded.Time, Data(happened, version));
    }

    public WebhookBody Example(WebhookSubscription subscription, DateTimeOffset now)
    {
        var word = MlflowEvent.Of(subscription.Event, subscription.Kind) ?? MlflowEvent.All[0];
        var noun = word.Kind == AssetKind.Prompt ? "prompt" : "model";
        var described = word.Types[0] == LedgerEvents.VersionAdded ? $"{noun} version" : word.Kind == AssetKind.Prompt ? noun : "registered model";
        var happened = new LedgerEvent(word.Types[0], word.Kind, $"example_{noun}")
        {
            Version = 1,
            Alias = "example_alias",
            Key = Tag,
            Value = word.Types[0] is LedgerEvents.AssetCreated or LedgerEvents.VersionAdded ? $"An example {described}" : "example_value",
            Tags = new Dictionary<string, string> { [Tag] = "example_value" },
        };
        return Body(word, now, word.Types[0] == LedgerEvents.VersionAdded
            ? AddedData(happened, "models:/123", "abcd1234abcd5678", "Hello {{name}}!")
            : Data(happened, null));
    }

    private static WebhookBody Body(MlflowEvent word, DateTimeOffset time, object data) => new(
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            entity = word.Entity.ToLowerInvariant(),
            action = word.Action.ToLowerInvariant(),
            timestamp = time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", System.Globalization.CultureInfo.InvariantCulture),
            data,
        }),
        "application/json");

    private static object Data(LedgerEvent happened, AssetVersion? version)
    {
        var (name, number) = (happened.Name, happened.Version is { } at ? ModelJson.Number(at) : null);
        return happened.Type switch
        {
            LedgerEvents.AssetCreated => new { name, tags = Tags(happened), description = happened.Value },
            LedgerEvents.VersionAdded => AddedData(happened, version?.Source ?? "", version?.SourceRun, version is null ? null : ModelJson.Sourced(version)?.Template),
            LedgerEvents.AssetTagSet => new { name, key = happened.Key, value = happened.Value },
            LedgerEvents.AssetTagDeleted => new { name, key = happened.Key },
            LedgerEvents.VersionTagSet => new { name, version = number, key = happened.Key, value = happened.Value },
            LedgerEvents.VersionTagDeleted => new { name, version = number, key = happened.Key },
            LedgerEvents.AliasDeleted => new { name, alias = happened.Alias },
            _ => new { name, alias = happened.Alias, version = number },
        };
    }

    private static object AddedData(LedgerEvent happened, string source, string? run, string? template)
    {
        var (name, version, tags) = (happened.Name, ModelJson.Number(happened.Version ?? 0), Tags(happened));
        var description = happened.Value is { Length: > 0 } text ? text : null;
        return happened.Kind == AssetKind.Prompt
            ? new { name, version, template, tags, description }
            : new { name, version, source, run_id = run is { Length: > 0 } ? run : null, tags, description };
    }

    private static Dictionary<string, string> Tags(LedgerEvent happened) => happened.Kind == AssetKind.Prompt
        ? PromptTags.WithoutOwn(happened.Tags ?? new Dictionary<string, string>())
        : new(happened.Tags ?? new Dictionary<string, string>());
}
