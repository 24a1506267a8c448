using System.Globalization;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Resources;

namespace Orrery.Gateway.Routes;

/// <summary>The resource <c>kind: Route</c>.</summary>
internal sealed class RouteKind(IOptions<GatewayOptions> options) : ResourceKind<RouteSpec>(AssetKind.Route)
{
    protected override IReadOnlyDictionary<string, string> Validate(string name, RouteSpec spec)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (spec.Targets is not { Count: > 0 and <= 16 })
            errors["targets"] = "expected 1 to 16 targets, in the order in which they are asked";
        for (var i = 0; i < (spec.Targets?.Count ?? 0); i++)
            CheckTarget(errors, $"targets/{i}", spec.Targets![i]);
        Require(errors, spec.Retries is >= 0 and <= 5, "retries", "0 to 5", spec.Retries.ToString(CultureInfo.InvariantCulture));
        Within(errors, "retryWait", spec.RetryWait, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Within(errors, "deadline", spec.Deadline, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Within(errors, "hedge", spec.Hedge, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Require(errors, !spec.Sticky || spec.Balance == BalanceKind.Weighted, "sticky", "'balance: weighted' beside it", spec.Balance.ToString());
        Require(errors, spec.Balance != BalanceKind.Weighted || (spec.Targets?.Any(target => target.Weight > 0) ?? true), "targets", "a weight above 0", "0 everywhere");
        Within(errors, "cache", spec.Cache, TimeSpan.FromSeconds(1), TimeSpan.FromDays(90));
        for (var i = 0; i < (spec.Budgets?.Count ?? 0); i++)
        {
            var budget = spec.Budgets![i];
            Require(errors, budget.Tokens is null or >= 1, $"budgets/{i}/tokens", "1 or more", $"{budget.Tokens}");
            Require(errors, budget.Cost is null || (budget.Cost > 0 && double.IsFinite(budget.Cost.Value)), $"budgets/{i}/cost", "more than 0", FormattableString.Invariant($"{budget.Cost}"));
            Require(errors, budget.Tokens is not null || budget.Cost is not null, $"budgets/{i}", "'tokens' or 'cost'", "neither");
            Require(errors, budget.Cost is null || (spec.Targets?.Any(target => target.Price is not null) ?? false), $"budgets/{i}/cost", "a target with a 'price'", "none");
            Within(errors, $"budgets/{i}/window", budget.Window, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31));
        }

        return errors;
    }

    private void CheckTarget(Dictionary<string, string> errors, string path, TargetSpec target)
    {
        if (string.IsNullOrWhiteSpace(target.Model))
            errors[$"{path}/model"] = "expected the model's name there";
        Within(errors, $"{path}/timeout", target.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Require(errors, target.Weight is >= 0 and <= 1e6, $"{path}/weight", "0 to 1000000", target.Weight.ToString(CultureInfo.InvariantCulture));
        Require(errors, target.Price is null || (target.Price.Prompt is >= 0 and < 1e9 && target.Price.Completion is >= 0 and < 1e9), $"{path}/price", "0 or more for a million tokens", $"{target.Price}");
        Require(errors, target.ApiVersion is null || target.Provider == ProviderKind.Azure, $"{path}/apiVersion", "it for azure alone", target.ApiVersion ?? "");
        if (target.Provider == ProviderKind.Local)
        {
            Require(errors, target.Url is null && target.Key is null, $"{path}/url", "no address and no key for the local engine", target.Url ?? target.Key ?? "");
            // The name is joined to a path.
            Require(errors, Path.GetFileName(target.Model ?? "") == target.Model && target.Model is not ("." or ".."), $"{path}/model", "the name of a file in the folder of models, without a path", target.Model ?? "");
            return;
        }

        if (!Uri.TryCreate(target.Url ?? (target.Provider == ProviderKind.Anthropic ? "https://api.anthropic.com" : null), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            errors[$"{path}/url"] = $"expected an http or https address without user and query, got '{target.Url}'";
        else if (target.Key is { } name)
            CheckKey(errors, $"{path}/key", name, url);
    }

    private void CheckKey(Dictionary<string, string> errors, string path, string name, Uri url)
    {
        if (!options.Value.Keys.TryGetValue(name, out var key))
            errors[path] = $"the server has no key '{name}'; its configuration sets Gateway:Keys:{name}:Value and :Host";
        else if (!string.Equals(key.Host, url.Host, StringComparison.OrdinalIgnoreCase))
            errors[path] = $"the key '{name}' is for another host than {url.Host}";
    }

    private static void Require(Dictionary<string, string> errors, bool holds, string path, string expected, string actual)
    {
        if (!holds)
            errors[path] = $"expected {expected}, got '{actual}'";
    }

    private static void Within(Dictionary<string, string> errors, string path, TimeSpan? value, TimeSpan least, TimeSpan most) =>
        Require(errors, value is null || (value >= least && value <= most), path, $"{least:c} to {most:c}", value?.ToString("c", CultureInfo.InvariantCulture) ?? "");
}
