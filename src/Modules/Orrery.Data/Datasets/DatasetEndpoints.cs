using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Data.Expectations;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Data.Datasets;

/// <summary>Which suite to hold a version against.</summary>
/// <param name="Suite">The suite's name.</param>
internal sealed record ValidateRequest(string Suite);

/// <summary>A resource as it is declared.</summary>
internal sealed record DeclaredSuite(string Kind, string Name, ExpectationSuiteSpec Spec);

internal static class DatasetEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var versions = routes.MapApi("Datasets", "/datasets/{name}/versions/{number:int}");
        versions.MapGet("/profile", ProfileAsync).RequireRole(Role.Viewer).WithName("GetDatasetProfile")
            .WithSummary("Counts, ranges, quantiles, histograms and top values of a dataset version's columns.");
        versions.MapGet("/rows", RowsAsync).RequireRole(Role.Viewer).WithName("ListDatasetRows").WithSummary("Rows of a dataset version, in its order, page by page.");
        versions.MapGet("/download", DownloadAsync).RequireRole(Role.Viewer).WithName("DownloadDataset").WithSummary("A dataset version as one Parquet file.")
            .Produces(StatusCodes.Status200OK, contentType: DatasetDownload.MediaType);
        versions.MapPost("/infer-suite", InferSuiteAsync).RequireRole(Role.Viewer).WithName("InferExpectationSuite")
            .WithSummary("An expectation suite guessed from a dataset version, to be edited and applied; '?format=yaml' gives YAML.");
        versions.MapPost("/validate", ValidateAsync).RequireRole(Role.Editor).WithName("ValidateDataset").WithSummary("Holds a dataset version against an expectation suite.");
    }

    private static async Task<DatasetProfile> ProfileAsync(string name, int number, HttpContext http, IAssets assets, IDatasets datasets, CancellationToken cancellationToken) =>
        await datasets.ProfileAsync(http.Caller(), await VersionAsync(name, number, http, assets, cancellationToken), cancellationToken);

    private static async Task<RowPage> RowsAsync(
        string name, int number, HttpContext http, IDatasets datasets, DatasetRows rows, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        await rows.ReadAsync(await datasets.OpenAsync(http.Caller(), Reference(name, number), cancellationToken), page.ToRequest(), cancellationToken);

    private static async Task<FileStreamHttpResult> DownloadAsync(
        string name, int number, HttpContext http, IDatasets datasets, DatasetDownload download, CancellationToken cancellationToken)
    {
        var dataset = await datasets.OpenAsync(http.Caller(), Reference(name, number), cancellationToken);
        return TypedResults.Stream(
            await download.OpenAsync(dataset, cancellationToken), DatasetDownload.MediaType, $"{name}-{number}.parquet", enableRangeProcessing: true);
    }

    private static async Task<Results<Ok<DeclaredSuite>, ContentHttpResult>> InferSuiteAsync(
        string name, int number, HttpContext http, IAssets assets, IExpectations expectations, CancellationToken cancellationToken, string format = "json")
    {
        var spec = await expectations.InferAsync(http.Caller(), await VersionAsync(name, number, http, assets, cancellationToken), cancellationToken);
        return format switch
        {
            "json" => TypedResults.Ok(new DeclaredSuite(AssetKind.ExpectationSuite.ToPascalCase(), name, spec)),
            "yaml" => TypedResults.Content(
                ResourceYaml.Write(new ResourceDocument(AssetKind.ExpectationSuite, name, JsonSerializer.SerializeToElement(spec, LedgerJson.Options))), "application/yaml"),
            _ => throw new InvalidException($"The format is 'json' or 'yaml'; got '{format}'."),
        };
    }

    private static async Task<Validation> ValidateAsync(
        string name, int number, ValidateRequest request, HttpContext http, IAssets assets, IExpectations expectations, CancellationToken cancellationToken) =>
        await expectations.ValidateAsync(http.Caller(), await VersionAsync(name, number, http, assets, cancellationToken), request.Suite, null, cancellationToken);

    private static async Task<VersionId> VersionAsync(string name, int number, HttpContext http, IAssets assets, CancellationToken cancellationToken) =>
        (await assets.GetAsync(http.Caller(), Reference(name, number), cancellationToken)).Id;

    private static AssetRef Reference(string name, int number) => AssetRef.IsName(name) && number >= 1
        ? new(AssetKind.Dataset, name, number)
        : throw new NotFoundException($"No dataset can be called '{name}' and have a version {number}.");
}
