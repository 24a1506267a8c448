using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

/// <summary>
/// The OpenAPI document is committed, so that a change of the API is seen in review.
/// <c>ORRERY_UPDATE_OPENAPI=1 ./test Hosts</c> writes it anew.
/// </summary>
public sealed class ApiDocumentTests
{
    private static string Committed => Repository.Path("docs/openapi.json");

    [Fact]
    public async Task The_committed_document_is_what_the_server_says()
    {
        await using var server = await TestServer.StartAsync();
        var document = (await server.Http.GetStringAsync("/api/v1/openapi.json")).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("ORRERY_UPDATE_OPENAPI") == "1")
        {
            var temporary = Committed + ".new";
            await using (var writer = new StreamWriter(temporary))
                await writer.WriteAsync(document);
            File.Move(temporary, Committed, overwrite: true);
        }

        Assert.True(File.Exists(Committed), "docs/openapi.json is missing; run ORRERY_UPDATE_OPENAPI=1 ./test Hosts");
        Assert.Equal(await File.ReadAllTextAsync(Committed), document);
    }

    [Fact]
    public async Task Every_operation_has_a_name_and_a_summary()
    {
        await using var server = await TestServer.StartAsync();
        using var document = System.Text.Json.JsonDocument.Parse(await server.Http.GetStringAsync("/api/v1/openapi.json"));
        var unnamed = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(operation => operation.Value.ValueKind == System.Text.Json.JsonValueKind.Object
                    && (!operation.Value.TryGetProperty("operationId", out _) || !operation.Value.TryGetProperty("summary", out _)))
                .Select(operation => $"{operation.Name} {path.Name}"));
        Assert.Empty(unnamed);
    }
}
