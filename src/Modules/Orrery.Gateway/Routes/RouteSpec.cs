namespace Orrery.Gateway.Routes;

/// <summary>A declared LLM route (<c>kind: Route</c>): what stands behind a model's name.</summary>
/// <param name="Targets">Who may answer, in the order in which they are asked: the next where the one before fails.</param>
/// <param name="Retries">How often a target is asked again after a fault that may pass (429, 5xx, no answer), 0 to 5.</param>
/// <param name="RetryWait">How long it waits before the first retry, twice as long before each further one; half a second where it is left out. To a minute.</param>
/// <param name="Deadline">How long all attempts together may take until an answer begins; two minutes where it is left out. A second to an hour.</param>
/// <param name="Cache">How long the answer to the same request is given again; not at all where it is left out. To 90 days. Whole answers only, no streams.</param>
/// <param name="Budgets">What may be spent in a window of time.</param>
/// <param name="Description">For people.</param>
public sealed record RouteSpec(
    IReadOnlyList<TargetSpec> Targets, int Retries = 1, TimeSpan? RetryWait = null, TimeSpan? Deadline = null, TimeSpan? Cache = null, IReadOnlyList<BudgetSpec>? Budgets = null,
    string? Description = null);

/// <summary>Somebody who answers.</summary>
/// <param name="Provider">What it speaks.</param>
/// <param name="Model">The model's name there; of the local engine, a file in the folder of models.</param>
/// <param name="Url">The address to which <c>/chat/completions</c> is added, as <c>https://api.openai.com/v1</c>; of Ollama its root.</param>
/// <param name="Key">The name of its key in the server's configuration.</param>
/// <param name="Timeout">How long it may be silent, before its answer and within it; a minute where it is left out. A second to an hour.</param>
public sealed record TargetSpec(ProviderKind Provider, string Model, string? Url = null, string? Key = null, TimeSpan? Timeout = null);

/// <summary>What a provider speaks.</summary>
public enum ProviderKind
{
    /// <summary>OpenAI's API, whoever serves it.</summary>
    OpenAi,
    /// <summary>Ollama, through its OpenAI-compatible API.</summary>
    Ollama,
    /// <summary>The engine in this process.</summary>
    Local,
}

/// <summary>Tokens that may be used in a window of time.</summary>
/// <param name="Tokens">Prompt and answer together.</param>
/// <param name="Window">The time before now that counts; a minute to 31 days.</param>
/// <param name="Per">Whose tokens count.</param>
public sealed record BudgetSpec(long Tokens, TimeSpan Window, BudgetScope Per = BudgetScope.Route);

/// <summary>Whose tokens a budget counts.</summary>
public enum BudgetScope
{
    /// <summary>Those of all callers of the route.</summary>
    Route,
    /// <summary>Each caller's own.</summary>
    Caller,
}
