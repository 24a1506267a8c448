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
        Within(errors, "cache", spec.Cache, TimeSpan.FromSeconds(1), TimeSpan.FromDays(90));
        for (var i = 0; i < (spec.Budgets?.Count ?? 0); i++)
        {
            Require(errors, spec.Budgets![i].Tokens >= 1, $"budgets/{i}/tokens", "1 or more", spec.Budgets[i].Tokens.ToString(CultureInfo.InvariantCulture));
            Within(errors, $"budgets/{i}/window", spec.Budgets[i].Window, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31));
        }

        return errors;
    }

    private void CheckTarget(Dictionary<string, string> errors, string path, TargetSpec target)
    {
        if (string.IsNullOrWhiteSpace(target.Model))
            errors[$"{path}/model"] = "expected the model's name there";
        Within(errors, $"{path}/timeout", target.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        if (target.Provider == ProviderKind.Local)
        {
            Require(errors, target.Url is null && target.Key is null, $"{path}/url", "no address and no key for the local engine", target.Url ?? target.Key ?? "");
            // The name is joined to a path.
            Require(errors, Path.GetFileName(target.Model ?? "") == target.Model && target.Model is not ("." or ".."), $"{path}/model", "the name of a file in the folder of models, without a path", target.Model ?? "");
            return;
        }

        if (!Uri.TryCreate(target.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
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
