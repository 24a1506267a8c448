using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Resources;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Models;

// What MLflow's own client makes of these answers is tried by its own tests (docs/guides/mlflow.md); here stand codes, messages, and what is ours.
public sealed class RegisteredModelTests
{
    [Fact]
    public async Task A_model_is_made_found_renamed_described_and_deleted()
    {
        await using var server = await MlflowServer.StartAsync();
        var made = (await server.PostAsync("/registered-models/create", new { name = "flights", tags = new[] { new { key = "team", value = "ops" } }, description = "Delays" })).GetProperty("registered_model");
        Assert.Equal(("flights", "Delays"), (Text(made, "name"), Text(made, "description")));
        Assert.Equal(JsonValueKind.Number, made.GetProperty("creation_timestamp").ValueKind);
        Assert.Equal("""[{"key":"team","value":"ops"}]""", made.GetProperty("tags").GetRawText());
        Assert.False(made.TryGetProperty("latest_versions", out _));

        await server.PostAsync("/registered-models/rename", new { name = "flights", new_name = "delays" });
        await server.SendAsync(HttpMethod.Patch, "/registered-models/update", new { name = "delays", description = "Late flights" });
        Assert.Equal("Late flights", Text((await server.GetAsync("/registered-models/get?name=delays")).GetProperty("registered_model"), "description"));
        await server.SendAsync(HttpMethod.Delete, "/registered-models/delete", new { name = "delays" });
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST", "Registered Model with name=delays not found"), await server.RefusedAsync(HttpMethod.Get, "/registered-models/get?name=delays"));
    }

    [Theory]
    [InlineData("", "Missing value for required parameter 'name'.")]
    [InlineData("  ", "Missing value for required parameter 'name'.")]
    [InlineData("a/b", "Invalid model name 'a/b'. Names cannot contain '/' or ':'.")]
    [InlineData("a:b", "Invalid model name 'a:b'. Names cannot contain '/' or ':'.")]
    [InlineData("..", "must not resolve to other names")]
    public async Task A_name_that_is_none_is_refused_in_MLflows_words(string name, string message)
    {
        await using var server = await MlflowServer.StartAsync();
        var refusal = await server.RefusedAsync(HttpMethod.Post, "/registered-models/create", new { name });
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (refusal.Status, refusal.Code));
        Assert.Contains(message, refusal.Message);
    }

    [Fact]
    public async Task A_prompt_is_an_asset_of_its_own_kind_in_the_same_space_of_names()
    {
        await using var server = await MlflowServer.StartAsync();
        var isPrompt = new { key = "mlflow.prompt.is_prompt", value = "true" };
        await server.PostAsync("/registered-models/create", new { name = "greeting", tags = new[] { isPrompt } });
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        var version = (await server.PostAsync("/model-versions/create", new
        {
            name = "greeting",
            source = "prompt-template",
            tags = new[] { isPrompt, new { key = "mlflow.prompt.text", value = "Hello {{name}}" } },
        })).GetProperty("model_version");

        Assert.Equal("1", Text(version, "version"));
        Assert.Equal(1, (await server.Get<IAssets>().GetAsync(MlflowServer.Admin, AssetRef.Parse("prompt/greeting:1"))).Number);
        Assert.Equal(["flights"], Names(await server.GetAsync("/registered-models/search")));
        Assert.Equal(["greeting"], Names(await server.GetAsync("/registered-models/search?filter=" + Uri.EscapeDataString("tags.`mlflow.prompt.is_prompt` = 'true'"))));
        Assert.Equal(["flights"], Names(await server.GetAsync("/registered-models/search?filter=" + Uri.EscapeDataString("name LIKE '%' AND tags.`mlflow.prompt.is_prompt` != 'true'"))));
        Assert.Equal(
            "Tried to create a registered model with name 'greeting', but the name is already taken by a prompt. MLflow does not allow creating a model and a prompt with the same name.",
            (await server.RefusedAsync(HttpMethod.Post, "/registered-models/create", new { name = "greeting" })).Message);
        Assert.Equal(
            (400, "RESOURCE_ALREADY_EXISTS", "Registered Model (name=flights) already exists."), await server.RefusedAsync(HttpMethod.Post, "/registered-models/create", new { name = "flights" }));
        var changed = await server.RefusedAsync(HttpMethod.Post, "/model-versions/set-tag", new { name = "greeting", version = "1", key = "mlflow.prompt.text", value = "Bye" });
        Assert.Contains("cannot change", changed.Message);
    }

    [Fact]
    public async Task A_search_by_tags_is_paged_and_ordered()
    {
        await using var server = await MlflowServer.StartAsync();
        foreach (var i in Enumerable.Range(0, 7))
            await server.PostAsync("/registered-models/create", new { name = $"m{i}", tags = new[] { new { key = "odd one", value = i % 2 == 1 ? "yes" : "no" } } });
        var found = new List<string>();
        for (var token = ""; token is not null;)
        {
            var page = await server.GetAsync($"/registered-models/search?max_results=2&order_by={Uri.EscapeDataString("name DESC")}&filter={Uri.EscapeDataString("tags.`odd one` != 'no'")}&page_token={token}");
            found.AddRange(Names(page));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }

        Assert.Equal(["m5", "m3", "m1"], found);
        Assert.Contains("at position 1", (await server.RefusedAsync(HttpMethod.Get, "/registered-models/search?filter=" + Uri.EscapeDataString("params.x = 'a'"))).Message);
        Assert.Equal(400, (await server.RefusedAsync(HttpMethod.Get, "/registered-models/search?max_results=1001")).Status);
    }

    [Fact]
    public async Task Aliases_follow_MLflows_rules_and_ours()
    {
        await using var server = await MlflowServer.StartAsync();
        await server.PostAsync("/registered-models/create", new { name = "flights" });
        await server.PostAsync("/model-versions/create", new { name = "flights", source = "s3://bucket/model" });
        await server.PostAsync("/registered-models/alias", new { name = "flights", alias = "champion", version = "1" });

        Assert.Equal("1", Text((await server.GetAsync("/registered-models/alias?name=flights&alias=champion")).GetProperty("model_version"), "version"));
        Assert.Equal("1", Text((await server.GetAsync("/registered-models/alias?name=flights&alias=Latest")).GetProperty("model_version"), "version"));
        Assert.Equal("Registered model alias nobody not found.", (await server.RefusedAsync(HttpMethod.Get, "/registered-models/alias?name=flights&alias=nobody")).Message);
        Assert.Equal("'latest' alias name (case insensitive) is reserved.", await SetAsync(server, "LATEST"));
        Assert.Equal("Version alias name 'v7' is reserved.", await SetAsync(server, "v7"));
        Assert.Contains("Invalid alias name: 'a b'", await SetAsync(server, "a b"));

        await server.Get<IResources>().ApplyAsync(
            MlflowServer.Admin, [new(AssetKind.Gate, "quality", JsonSerializer.SerializeToElement(new { rules = new[] { new { name = "good", evidence = "auc", atLeast = 0.7 } } }))], ApplyMode.Apply);
        await server.Get<IAliases>().ProtectAsync(MlflowServer.Admin, AssetKind.Model, "flights", "safe", "quality", 0);
        Assert.Contains("protected by the gate 'quality'", await SetAsync(server, "safe"));
    }

    private static async Task<string> SetAsync(MlflowServer server, string alias) =>
        (await server.RefusedAsync(HttpMethod.Post, "/registered-models/alias", new { name = "flights", alias, version = "1" })).Message;

    private static IEnumerable<string> Names(JsonElement page) =>
        page.TryGetProperty("registered_models", out var models) ? models.EnumerateArray().Select(model => Text(model, "name")) : [];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
