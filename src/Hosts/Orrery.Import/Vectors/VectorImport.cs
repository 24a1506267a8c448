using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>
/// Brings collections to a server. Idempotent: a point's id follows from its id in the other system, and a point that is there is written anew. A collection that is
/// there already must have the vectors that the other one has; its own points stay.
/// </summary>
public sealed class VectorImport(OrreryClient orrery)
{
    /// <summary>The payload field that keeps an id that is neither a whole number nor a UUID; the point's id is then the UUID that always stands for that text.</summary>
    public const string SourceId = "source_id";

    /// <summary>Requests on their way at a time: the server appends one while the next is being read there and parsed here.</summary>
    private const int InFlight = 2;

    /// <summary>Brings all collections of a source; <paramref name="name"/> instead of its own, where it holds one. <paramref name="progress"/> hears of each page that is written.</summary>
    /// <exception cref="InvalidException">Something cannot be read, or does not fit into the collection that is there; what was brought before stays.</exception>
    public async Task<VectorImportReport> BringAsync(IVectorSource source, string? name = null, IProgress<VectorImportReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var report = new VectorImportReport();
        await foreach (var collection in source.ReadAsync(report, cancellationToken))
        {
            if (name is not null && report.Collections > 0)
                throw new InvalidException($"There is more than one collection in the source, so that '{name}' cannot name them all. Name the one to bring with --collection.");
            await BringAsync(collection with { Name = name ?? collection.Name }, report, progress, cancellationToken);
        }

        return report;
    }

    private async Task BringAsync(ImportedCollection collection, VectorImportReport report, IProgress<VectorImportReport>? progress, CancellationToken cancellationToken)
    {
        var path = $"collections/{Uri.EscapeDataString(collection.Name)}";
        await CreateAsync(path, collection, cancellationToken);
        foreach (var (field, schema) in collection.Indexes)
        {
            await PutAsync($"{path}/index?wait=true", new() { ["field_name"] = field, ["field_schema"] = schema }, cancellationToken);
            report.Indexes++;
        }

        var sending = new Queue<(Task Sent, int Count)>();
        try
        {
            await foreach (var page in collection.Pages.WithCancellation(cancellationToken))
            {
                if (sending.Count == InFlight)
                    await ArriveAsync();
                sending.Enqueue((UpsertAsync($"{path}/points?wait=true", page.Body, cancellationToken), page.Count));
            }

            while (sending.Count > 0)
                await ArriveAsync();
        }
        catch
        {
            await Task.WhenAll(sending.Select(page => page.Sent)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        foreach (var alias in collection.Aliases)
        {
            await PostAliasAsync(alias, collection.Name, cancellationToken);
            report.Aliases++;
        }

        report.Collections++;

        async Task ArriveAsync()
        {
            var (sent, count) = sending.Dequeue();
            await sent;
            report.Points += count;
            progress?.Report(report);
        }
    }

    private async Task CreateAsync(string path, ImportedCollection collection, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(path, collection.Config, cancellationToken);
        }
        catch (ConflictException)
        {
            // It is there. Whether the points fit, the server says with the first of them.
        }
    }

    private async Task PutAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var _ = await orrery.SendAsync(HttpMethod.Put, path, JsonContent.Create(body), cancellationToken);
    }

    private async Task UpsertAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var _ = await orrery.SendAsync(HttpMethod.Put, path, content, cancellationToken);
    }

    private async Task PostAliasAsync(string alias, string collection, CancellationToken cancellationToken)
    {
        var change = new JsonObject { ["actions"] = new JsonArray(new JsonObject { ["create_alias"] = new JsonObject { ["alias_name"] = alias, ["collection_name"] = collection } }) };
        using var _ = await orrery.SendAsync(HttpMethod.Post, "collections/aliases", JsonContent.Create(change), cancellationToken);
    }
}
