using System.Text;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>A server whose files can grow no further refuses clearly, keeps nothing half, and goes on with what still fits.</summary>
public sealed class FullDiskTests
{
    private const int MaxFileKiB = 8 << 10;
    private const string Remedy = "Check the data folder's free space and permissions";

    public static bool HasNoFileSizeLimit => OperatingSystem.IsWindows();

    [Fact(Skip = "Windows has no limit on a file's size to stand for a full disk.", SkipWhen = nameof(HasNoFileSizeLimit))]
    public async Task What_does_not_fit_is_refused_with_the_remedy_and_what_fits_goes_on()
    {
        using var folder = new TempFolder();
        await using var server = OrreryProcess.StartWithFullDisk(folder, MaxFileKiB, "up", "--port", "0");
        using var http = new HttpClient(new SocketsHttpHandler());
        var orrery = new OrreryClient(http, await server.AddressAsync());
        await orrery.Resources.ApplyAsync("{kind: Source, name: numbers, spec: {dataset: numbers}}");
        var run = (await orrery.Runs.StartAsync(new("train", "t"))).Id;

        Assert.Contains(Remedy, (await Assert.ThrowsAsync<UnavailableException>(() => IngestAsync(orrery, rows: 2_000_000))).Message, StringComparison.Ordinal);
        Assert.Contains(Remedy, (await Assert.ThrowsAsync<UnavailableException>(() => StoreAsync(orrery, run, bytes: 2 * MaxFileKiB << 10))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => orrery.Assets.GetAsync(new(AssetKind.Dataset, "numbers")));
        Assert.Empty(await ArtifactsAsync(orrery, run));
        Assert.Empty(Directory.EnumerateFiles(folder.File("orrery-data/scratch"), "*", SearchOption.AllDirectories));

        Assert.Equal(1_000, (await IngestAsync(orrery, rows: 1_000)).RowsAdded);
        await StoreAsync(orrery, run, bytes: 1_000);
        Assert.Single(await ArtifactsAsync(orrery, run));
        Assert.Empty((await orrery.Runs.ListAsync(kind: "ingest", status: "running")).Items);
    }

    private static Task<IngestResult> IngestAsync(OrreryClient orrery, int rows)
    {
        var csv = new StringBuilder("n\n");
        for (var row = 0; row < rows; row++)
            csv.Append(row).Append('\n');
        return orrery.Data.IngestAsync("numbers", "numbers.csv", new MemoryStream(Encoding.ASCII.GetBytes(csv.ToString())));
    }

    private static async Task StoreAsync(OrreryClient orrery, RunId run, int bytes)
    {
        using var content = new ByteArrayContent(new byte[bytes]);
        using var _ = await orrery.SendAsync(HttpMethod.Put, $"/api/v1/runs/{run}/artifacts/model.bin", content, default);
    }

    private static Task<List<JsonElement>> ArtifactsAsync(OrreryClient orrery, RunId run) =>
        orrery.SendAsync<List<JsonElement>>(HttpMethod.Get, $"/api/v1/runs/{run}/artifacts");
}
