namespace Orrery.Gateway.Routes;

/// <summary>A declared LLM route (<c>kind: Route</c>): what stands behind a model's name.</summary>
/// <param name="Targets">Who may answer, in the order in which they are asked: the next where the one before fails.</param>
/// <param name="Retries">How often a target is asked again after a fault that may pass (429, 5xx, no answer), 0 to 5.</param>
/// <param name="RetryWait">How long it waits before the first retry, twice as long before each further one; half a second where it is left out. To a minute.</param>
/// <param name="Deadline">How long all attempts together may take until an answer begins; two minutes where it is left out. A second to an hour.</param>
/// <param name="Cache">How long the answer to the same request is given again; not at all where it is left out. To 90 days. Whole answers only, no streams.</param>
/// <param name="Budgets">What may be spent in a window of time.</param>
/// <param name="Description">For people.</param>
/// <param name="Balance">Who is asked first; the others stand behind in their order.</param>
/// <param name="Sticky">The same user (the request's <c>user</c>, else the caller) is always sent to the same target: a conversation keeps its cache, an A/B test its sides. With <c>weighted</c>.</param>
/// <param name="Hedge">How long the first target may take to begin its answer before the next is asked as well; the first answer counts. Never where it is left out. 10 ms to an hour.</param>
public sealed record RouteSpec(
    IReadOnlyList<TargetSpec> Targets, int Retries = 1, TimeSpan? RetryWait = null, TimeSpan? Deadline = null, TimeSpan? Cache = null, IReadOnlyList<BudgetSpec>? Budgets = null,
    string? Description = null, BalanceKind Balance = BalanceKind.Order, bool Sticky = false, TimeSpan? Hedge = null);

/// <summary>Somebody who answers.</summary>
/// <param name="Provider">What it speaks.</param>
/// <param name="Model">The model's name there; of the local engine, a file in the folder of models.</param>
/// <param name="Url">
/// The address to which <c>/chat/completions</c> is added, as <c>https://api.openai.com/v1</c>; of Ollama its root, of Azure the resource's (<c>https://NAME.openai.azure.com</c>).
/// Anthropic's own where it is left out.
/// </param>
/// <param name="Key">The name of its key in the server's configuration.</param>
/// <param name="Timeout">How long it may be silent, before its answer and within it; a minute where it is left out. A second to an hour.</param>
/// <param name="Weight">Its share of the requests where the route is balanced by weight; 0 takes it only as a fallback.</param>
/// <param name="ApiVersion">Of Azure's API: <c>2024-10-21</c>.</param>
/// <param name="Price">What its tokens cost; nothing where it is left out.</param>
public sealed record TargetSpec(ProviderKind Provider, string Model, string? Url = null, string? Key = null, TimeSpan? Timeout = null, double Weight = 1, string? ApiVersion = null, PriceSpec? Price = null);

/// <summary>What a million tokens cost, in the currency that all prices of a workspace are in.</summary>
/// <param name="Prompt">A million of the question.</param>
/// <param name="Completion">A million of the answer.</param>
public sealed record PriceSpec(double Prompt, double Completion = 0);

/// <summary>Which target is asked first.</summary>
public enum BalanceKind
{
    /// <summary>The first that is declared.</summary>
    Order,
    /// <summary>By chance, with the targets' weights.</summary>
    Weighted,
    /// <summary>The one that began its last answers soonest.</summary>
    LeastLatency,
}

/// <summary>What a provider speaks.</summary>
public enum ProviderKind
{
    /// <summary>OpenAI's API, whoever serves it.</summary>
    OpenAi,
    /// <summary>Ollama, through its OpenAI-compatible API.</summary>
    Ollama,
    /// <summary>The engine in this process.</summary>
    Local,
    /// <summary>Azure OpenAI: the model is a deployment.</summary>
    Azure,
    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,
}

/// <summary>What may be used in a window of time: tokens, money, or both.</summary>
/// <param name="Window">The time before now that counts; a minute to 31 days.</param>
/// <param name="Tokens">Prompt and answer together.</param>
/// <param name="Cost">By the targets' prices.</param>
/// <param name="Per">Whose use counts.</param>
/// <param name="Limit">What happens when it is used up.</param>
public sealed record BudgetSpec(TimeSpan Window, long? Tokens = null, double? Cost = null, BudgetScope Per = BudgetScope.Route, BudgetLimit Limit = BudgetLimit.Hard);

/// <summary>What happens when a budget is used up.</summary>
public enum BudgetLimit
{
    /// <summary>Requests are refused, and streams end.</summary>
    Hard,
    /// <summary>Answers say so, in the header <c>x-orrery-budget</c>, and go on.</summary>
    Soft,
}

/// <summary>Whose tokens a budget counts.</summary>
public enum BudgetScope
{
    /// <summary>Those of all callers of the route.</summary>
    Route,
    /// <summary>Each caller's own.</summary>
    Caller,
    /// <summary>Those of each feature, which requests name in the header <c>x-orrery-feature</c>.</summary>
    Feature,
}
