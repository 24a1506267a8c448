using Orrery.Kernel;
using Orrery.Ledger.Webhooks;

namespace Orrery.Protocols.Mlflow.Webhooks;

/// <summary>An event of MLflow's webhooks: what happened to which entity. Source: mlflow/entities/webhook.py, mlflow/protos/webhooks.proto (3.5).</summary>
/// <param name="Entity">As proto3 JSON names it: <c>MODEL_VERSION</c>.</param>
/// <param name="Action"><c>CREATED</c>, <c>SET</c>, <c>DELETED</c>.</param>
/// <param name="Kind">The kind of asset that the entity is of.</param>
/// <param name="Types">The ledger's events that it stands for; the first is the one of which an example is sent.</param>
internal sealed record MlflowEvent(string Entity, string Action, AssetKind Kind, params IReadOnlyList<string> Types)
{
    private static readonly string[] Entities =
    [
        "ENTITY_UNSPECIFIED", "REGISTERED_MODEL", "MODEL_VERSION", "MODEL_VERSION_TAG", "MODEL_VERSION_ALIAS", "PROMPT", "PROMPT_VERSION", "PROMPT_TAG",
        "PROMPT_VERSION_TAG", "PROMPT_ALIAS",
    ];

    private static readonly string[] Actions = ["ACTION_UNSPECIFIED", "CREATED", "UPDATED", "DELETED", "SET"];

    public static IReadOnlyList<MlflowEvent> All { get; } =
    [
        new("REGISTERED_MODEL", "CREATED", AssetKind.Model, LedgerEvents.AssetCreated),
        new("MODEL_VERSION", "CREATED", AssetKind.Model, LedgerEvents.VersionAdded),
        new("MODEL_VERSION_TAG", "SET", AssetKind.Model, LedgerEvents.VersionTagSet),
        new("MODEL_VERSION_TAG", "DELETED", AssetKind.Model, LedgerEvents.VersionTagDeleted),
        new("MODEL_VERSION_ALIAS", "CREATED", AssetKind.Model, LedgerEvents.AliasSet, LedgerEvents.AliasRolledBack),
        new("MODEL_VERSION_ALIAS", "DELETED", AssetKind.Model, LedgerEvents.AliasDeleted),
        new("PROMPT", "CREATED", AssetKind.Prompt, LedgerEvents.AssetCreated),
        new("PROMPT_VERSION", "CREATED", AssetKind.Prompt, LedgerEvents.VersionAdded),
        new("PROMPT_TAG", "SET", AssetKind.Prompt, LedgerEvents.AssetTagSet),
        new("PROMPT_TAG", "DELETED", AssetKind.Prompt, LedgerEvents.AssetTagDeleted),
        new("PROMPT_VERSION_TAG", "SET", AssetKind.Prompt, LedgerEvents.VersionTagSet),
        new("PROMPT_VERSION_TAG", "DELETED", AssetKind.Prompt, LedgerEvents.VersionTagDeleted),
        new("PROMPT_ALIAS", "CREATED", AssetKind.Prompt, LedgerEvents.AliasSet, LedgerEvents.AliasRolledBack),
        new("PROMPT_ALIAS", "DELETED", AssetKind.Prompt, LedgerEvents.AliasDeleted),
    ];

    /// <summary>What the ledger is asked for.</summary>
    public IEnumerable<WebhookSubscription> Subscriptions => Types.Select(type => new WebhookSubscription(type, Kind));

    /// <summary>The event of those names or numbers; null where there is none.</summary>
    public static MlflowEvent? Find(string entity, string action)
    {
        var (named, acted) = (Name(entity, Entities), Name(action, Actions));
        return All.FirstOrDefault(known => known.Entity == named && known.Action == acted);
    }

    /// <summary>The event that a subscription, or something that happened, is one of; null where MLflow has no word for it.</summary>
    public static MlflowEvent? Of(string type, AssetKind? kind) => All.FirstOrDefault(known => known.Kind == kind && known.Types.Contains(type));

    private static string Name(string text, string[] names) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < names.Length
            ? names[number]
            : text.ToUpperInvariant();
}
