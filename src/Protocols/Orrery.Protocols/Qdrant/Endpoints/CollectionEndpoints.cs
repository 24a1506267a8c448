using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Protocols.Qdrant.Writing;
using Orrery.Search.Collections;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>Collections, their vectors, fields and aliases.</summary>
internal sealed class CollectionEndpoints(Lazy<ICollections> collections)
{
    private const string One = "/collections/{collection}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Answer(HttpMethods.Get, "/collections", Role.Viewer, ListAsync);
        routes.Answer(HttpMethods.Get, One, Role.Viewer, GetAsync);
        routes.Answer(HttpMethods.Put, One, Role.Editor, CreateAsync);
        routes.Answer(HttpMethods.Patch, One, Role.Editor, UpdateAsync);
        routes.Answer(HttpMethods.Delete, One, Role.Editor, DeleteAsync);
        routes.Answer(HttpMethods.Get, One + "/exists", Role.Viewer, ExistsAsync);
        routes.Answer(HttpMethods.Put, One + "/index", Role.Editor, DeclareFieldAsync);
        routes.Answer(HttpMethods.Delete, One + "/index/{field}", Role.Editor, DropFieldAsync);
        routes.Answer(HttpMethods.Put, One + "/vectors/{vector}", Role.Editor, AddVectorAsync);
        routes.Answer(HttpMethods.Delete, One + "/vectors/{vector}", Role.Editor, DropVectorAsync);
        routes.Answer(HttpMethods.Get, One + "/aliases", Role.Viewer, AliasesOfAsync);
        routes.Answer(HttpMethods.Get, "/aliases", Role.Viewer, AliasesAsync);
        routes.Answer(HttpMethods.Post, "/collections/aliases", Role.Editor, ChangeAliasesAsync);
    }

    private async Task<Action<Utf8JsonWriter>> ListAsync(QdrantCall call)
    {
        var names = await collections.Value.ListAsync(call.Caller, call.Aborted);
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("collections"u8);
            foreach (var name in names)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> GetAsync(QdrantCall call)
    {
        var collection = await collections.Value.OpenAsync(call.Caller, call.Collection, call.Aborted);
        return json => json.Collection(collection);
    }

    private async Task<Action<Utf8JsonWriter>> CreateAsync(QdrantCall call)
    {
        call.PositiveQuery("timeout");
        using var body = await call.BodyAsync();
        await collections.Value.CreateAsync(call.Caller, call.Collection, ConfigReader.Create(body.RootElement), call.Aborted);
        return True;
    }

    private async Task<Action<Utf8JsonWriter>> UpdateAsync(QdrantCall call)
    {
        call.PositiveQuery("timeout");
        using var body = await call.BodyAsync();
        await collections.Value.UpdateAsync(call.Caller, call.Collection, config => ConfigReader.Update(config, body.RootElement), call.Aborted);
        return True;
    }

    private async Task<Action<Utf8JsonWriter>> DeleteAsync(QdrantCall call)
    {
        var deleted = await collections.Value.DeleteAsync(call.Caller, call.Collection, call.Aborted);
        return json => json.WriteBooleanValue(deleted);
    }

    private async Task<Action<Utf8JsonWriter>> ExistsAsync(QdrantCall call)
    {
        var exists = await collections.Value.ExistsAsync(call.Caller, call.Collection, call.Aborted);
        return json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("exists"u8, exists);
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> DeclareFieldAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var path = body.RootElement.Required("field_name").Path("field_name").Text;
        var schema = body.RootElement.Member("field_schema") is { } given
            ? FieldSchemaReader.Read(given)
            : throw new QdrantRefusal(400, "Wrong input: Can't auto-detect payload type, please specify `field_schema` in the request");
        await collections.Value.UpdateAsync(call.Caller, call.Collection, config => config with { Fields = With(config.Fields, path, schema) }, call.Aborted);
        return OperationAnswer.Completed(call, 0);
    }

    private async Task<Action<Utf8JsonWriter>> DropFieldAsync(QdrantCall call)
    {
        var path = PayloadPath.Parse(call.Route("field")).Text;
        await collections.Value.UpdateAsync(call.Caller, call.Collection, config => config with { Fields = Without(config.Fields, path) }, call.Aborted);
        return OperationAnswer.Completed(call, 0);
    }

    private async Task<Action<Utf8JsonWriter>> AddVectorAsync(QdrantCall call)
    {
        var name = call.Route("vector");
        using var body = await call.BodyAsync();
        var (dense, sparse) = (body.RootElement.Member("dense"), body.RootElement.Member("sparse"));
        if (dense is null == sparse is null)
            throw QdrantRefusal.Format("expected either `dense` or `sparse`");
        await collections.Value.UpdateAsync(call.Caller, call.Collection, config =>
        {
            if (config.HasVector(name))
                throw new Kernel.InvalidException($"Vector '{name}' already exists");
            return dense is { } vector
                ? config with { Vectors = With(config.Vectors, name, ConfigReader.DenseVector(vector, "dense")) }
                : config with { SparseVectors = With(config.SparseVectors, name, ConfigReader.SparseVector(sparse!.Value)) };
        }, call.Aborted);
        return OperationAnswer.Completed(call, 0);
    }

    private async Task<Action<Utf8JsonWriter>> DropVectorAsync(QdrantCall call)
    {
        var name = call.Route("vector");
        await collections.Value.UpdateAsync(call.Caller, call.Collection, config => config.HasVector(name)
            ? config with { Vectors = Without(config.Vectors, name), SparseVectors = Without(config.SparseVectors, name) }
            : throw new Kernel.InvalidException($"Not existing vector name error: {name}"), call.Aborted);
        return OperationAnswer.Completed(call, 0);
    }

    private async Task<Action<Utf8JsonWriter>> AliasesOfAsync(QdrantCall call)
    {
        var collection = await collections.Value.OpenAsync(call.Caller, call.Collection, call.Aborted);
        var aliases = await collections.Value.AliasesAsync(call.Caller, call.Aborted);
        return Aliases(aliases.Where(alias => alias.Value == collection.Name));
    }

    private async Task<Action<Utf8JsonWriter>> AliasesAsync(QdrantCall call) => Aliases(await collections.Value.AliasesAsync(call.Caller, call.Aborted));

    private async Task<Action<Utf8JsonWriter>> ChangeAliasesAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var changes = body.RootElement.Required("actions").Items("actions").Select(AliasChangeOf).ToList();
        await collections.Value.ChangeAliasesAsync(call.Caller, changes, call.Aborted);
        return True;
    }

    private static AliasChange AliasChangeOf(JsonElement action)
    {
        if (action.Member("create_alias") is { } create)
            return new(create.Required("alias_name").Text("alias_name"), create.Required("collection_name").Text("collection_name"));
        if (action.Member("delete_alias") is { } delete)
            return new(delete.Required("alias_name").Text("alias_name"));
        var rename = action.Member("rename_alias") ?? throw QdrantRefusal.Format("data did not match any variant of untagged enum AliasOperations");
        return new(rename.Required("old_alias_name").Text("old_alias_name"), RenamedTo: rename.Required("new_alias_name").Text("new_alias_name"));
    }

    private static Action<Utf8JsonWriter> Aliases(IEnumerable<KeyValuePair<string, string>> aliases) => json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("aliases"u8);
        foreach (var (alias, collection) in aliases)
        {
            json.WriteStartObject();
            json.WriteString("alias_name"u8, alias);
            json.WriteString("collection_name"u8, collection);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    };

    private static void True(Utf8JsonWriter json) => json.WriteBooleanValue(true);

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> values, string name, T value) => new(values, StringComparer.Ordinal) { [name] = value };

    private static Dictionary<string, T> Without<T>(IReadOnlyDictionary<string, T> values, string name) =>
        values.Where(value => value.Key != name).ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal);
}
