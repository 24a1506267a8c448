using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Data.Sources;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Data.Ingestion;

/// <summary>Puts an ingested file behind a dataset's latest version, once.</summary>
internal sealed class DatasetAppend(DatasetStore datasets, IAssets assets)
{
    /// <summary>Writers that meet at one dataset each win in turn, so this many tries mean as many other files in the meantime.</summary>
    private const int MaxTries = 32;

    /// <summary>The latest version; null where the dataset does not exist.</summary>
    public async Task<Dataset?> LatestAsync(Caller caller, string dataset, CancellationToken cancellationToken) =>
        await assets.FindAsync(caller, new(AssetKind.Dataset, dataset), cancellationToken) is { } version
            ? await datasets.OpenAsync(version, cancellationToken)
            : null;

    /// <summary>
    /// The version that first held the file of <paramref name="origin"/>, if <paramref name="latest"/> holds it. The manifest itself says where its files came from, so that
    /// there is no moment at which a version exists and its origin is not known.
    /// </summary>
    public async Task<AssetVersion?> FindAsync(Caller caller, Dataset? latest, FileOrigin origin, CancellationToken cancellationToken)
    {
        if (latest is null || !Holds(latest.Version, origin))
            return null;
        var first = latest.Version;
        for (string? cursor = null; ;)
        {
            var page = await assets.ListVersionsAsync(caller, AssetKind.Dataset, latest.Version.Name, new(PageRequest.MaxLimit, cursor), cancellationToken);
            foreach (var version in page.Items)
            {
                if (!Holds(version, origin))
                    return first;
                first = version;
            }

            if ((cursor = page.Next) is null)
                return first;
        }
    }

    /// <summary>Adds the files of one upload; behind whatever came in the meantime, where rows do not have to differ from those before.</summary>
    public async Task<(Dataset Dataset, bool IsNew)> AddAsync(
        Caller caller, SourceSpec spec, IngestRequest request, RunId run, Dataset? before, JudgedBatch judged, IReadOnlyList<DatasetFile> files,
        CancellationToken cancellationToken)
    {
        var isAppend = request.Mode == IngestMode.Append;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var dataset = new NewDataset(spec.Dataset, spec.Timestamp, run);
                var added = await datasets.AddAsync(caller, dataset, before, judged.Columns, files, isAppend ? before?.Version.Number ?? 0 : null, cancellationToken);
                // The same bytes that came at the same moment make the same version, which the ledger has only once: from the other run.
                return (added, added.Version.Run == run);
            }
            catch (ConflictException) when (isAppend && attempt < MaxTries)
            {
                var latest = await LatestAsync(caller, spec.Dataset, cancellationToken);
                if (latest?.Version.Id == before?.Version.Id)
                    throw;
                if (await FindAsync(caller, latest, files[0].Origin!, cancellationToken) is { } same)
                    return (await datasets.OpenAsync(same, cancellationToken), false);
                if (spec.Key is { Count: > 0 })
                    throw new UnavailableException($"Another file came into '{spec.Dataset}' while this one's keys were compared with it. Send this one again.");
                before = latest;
            }
        }
    }

    private static bool Holds(AssetVersion version, FileOrigin origin) => version.Read<DatasetManifest>().Files.Any(f => f.Origin == origin);
}
