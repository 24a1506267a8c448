using System.Text.Json;

namespace Orrery.Client;

/// <summary>What language models were used for one route, caller, feature or day; the cost is in the currency of the routes' prices, and what the cache saved is not in it.</summary>
public sealed record UsageLine(string Name, long Requests, long Cached, long PromptTokens, long CompletionTokens, double Cost, double Saved);

/// <summary>Usage between two times, the greatest cost first, at most 1,000 lines.</summary>
public sealed record UsageReport(DateTimeOffset Since, DateTimeOffset Until, [property: Words("route", "caller", "feature", "day")] string By, IReadOnlyList<UsageLine> Lines, UsageLine Total);

/// <summary>By what a report of usage is divided.</summary>
public enum UsageDivision
{
    /// <summary>A line a route.</summary>
    Route,
    /// <summary>A line a caller.</summary>
    Caller,
    /// <summary>A line a feature, as requests name it in the header <c>x-orrery-feature</c>.</summary>
    Feature,
    /// <summary>A line a day in UTC.</summary>
    Day,
}

/// <summary>Language models behind routes. Chats are for OpenAI's own clients: they speak to this server's <c>/v1</c>.</summary>
public sealed class GatewayClient
{
    private readonly OrreryClient _client;

    internal GatewayClient(OrreryClient client) => _client = client;

    /// <summary>Embeds texts by a route, a vector each in their order; the built-in model is <c>sentence-encoder</c>.</summary>
    public async Task<IReadOnlyList<float[]>> EmbedAsync(string model, IReadOnlyList<string> texts, int? dimensions = null, CancellationToken cancellationToken = default)
    {
        var answer = await _client.PostAsync<JsonElement>("/v1/embeddings", new { model, input = texts, dimensions }, cancellationToken).ConfigureAwait(false);
        return [.. answer.GetProperty("data").EnumerateArray().OrderBy(one => one.GetProperty("index").GetInt32())
            .Select(one => one.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }

    /// <summary>What was used; the last 30 days where no time is given.</summary>
    public Task<UsageReport> UsageAsync(UsageDivision by = UsageDivision.Route, DateTimeOffset? since = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<UsageReport>(Query.Of("/api/v1/gateway/usage", ("by", JsonNamingPolicy.CamelCase.ConvertName(by.ToString())), ("since", since?.ToString("O")), ("until", until?.ToString("O"))), cancellationToken);
}
