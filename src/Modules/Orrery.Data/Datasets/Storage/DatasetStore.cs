using DuckDB.NET.Data;
using Orrery.Data.Datasets.Profiles;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Datasets.Storage;

/// <summary>Datasets as manifests in the ledger over Parquet files in the blob store.</summary>
internal sealed class DatasetStore(IAssets assets, IBlobStore blobs, CanonicalParquet parquet, ProfileStore profiles) : IDatasets
{
    public async Task<Dataset> OpenAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default)
    {
        if (reference.Kind != AssetKind.Dataset)
            throw new InvalidException($"'{reference}' names a {reference.Kind}; a dataset was expected, such as 'dataset/{reference.Name}'.");
        return await OpenAsync(await assets.GetAsync(caller, reference, cancellationToken), cancellationToken);
    }

    public async Task<Dataset> OpenAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default)
    {
        var found = await assets.GetAsync(caller, version, cancellationToken);
        if (found.Kind != AssetKind.Dataset)
            throw new InvalidException($"'{found.Ref}' is a {found.Kind}; a version of a dataset was expected.");
        return await OpenAsync(found, cancellationToken);
    }

    public async Task<Dataset> WriteAsync(
        Caller caller, NewDataset dataset, DuckDBConnection session, string query, CancellationToken cancellationToken = default)
    {
        var before = dataset.AppendTo is { } id ? await OpenAsync(caller, id, cancellationToken) : null;
        using var scratch = new ScratchFolder(blobs.ScratchFolder);
        using var staged = await CanonicalParquet.StageAsync(session, query, cancellationToken);
        var files = await StoreAsync(scratch, staged, origin: null, cancellationToken);
        return await AddAsync(caller, dataset, before, staged.Columns, files, before?.Version.Number, cancellationToken);
    }

    public async Task<DatasetProfile> ProfileAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default) =>
        await profiles.GetAsync(await OpenAsync(caller, version, cancellationToken), cancellationToken);

    /// <summary>Stores staged rows as files that no version names yet, in order; nothing is stored before all are written.</summary>
    public async Task<IReadOnlyList<DatasetFile>> StoreAsync(ScratchFolder scratch, StagedRows staged, FileOrigin? origin, CancellationToken cancellationToken)
    {
        var parts = await parquet.WriteAsync(staged, scratch, cancellationToken);
        var files = new DatasetFile[parts.Count];
        await Parallel.ForAsync(0, files.Length, cancellationToken, async (i, token) =>
        {
            var blob = await blobs.PutFileAsync(parts[i].Path, token);
            files[i] = new(blob.Digest, blob.Length, parts[i].Rows, origin);
        });
        return files;
    }

    /// <summary>Adds a version that consists of the files of <paramref name="before"/> and those of one more write.</summary>
    /// <exception cref="ConflictException">The columns differ, or the latest version is not <paramref name="after"/> any more.</exception>
    public async Task<Dataset> AddAsync(
        Caller caller, NewDataset dataset, Dataset? before, IReadOnlyList<DatasetColumn> columns, IReadOnlyList<DatasetFile> added, int? after,
        CancellationToken cancellationToken)
    {
        if (dataset.Timestamp is { } timestamp && !columns.Any(c => c.Name == timestamp && c.Type == ColumnType.Timestamp))
            throw new InvalidException($"The timestamp of dataset '{dataset.Name}' is to be '{timestamp}', but the rows have no column of that name and the type timestamp.");
        if (before is not null)
            DatasetColumns.CheckAppend(dataset.Name, before, columns);

        // Rows that are none change nothing, but the first version has a file even so: its columns can be read.
        IReadOnlyList<DatasetFile> files = before is null ? added : [.. before.Manifest.Files, .. added.Where(f => f.Rows > 0)];
        var manifest = new DatasetManifest(columns, files, files.Sum(f => f.Rows), dataset.Timestamp ?? before?.Manifest.Timestamp);
        var version = await assets.AddVersionAsync(
            caller, new(AssetKind.Dataset, dataset.Name, manifest, dataset.Run, After: after), cancellationToken);
        return await OpenAsync(version, cancellationToken);
    }

    /// <summary>A version with its files brought to this machine.</summary>
    public async Task<Dataset> OpenAsync(AssetVersion version, CancellationToken cancellationToken)
    {
        var manifest = version.Read<DatasetManifest>();
        var paths = new string[manifest.Files.Count];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = await blobs.LocalPathAsync(manifest.Files[i].Digest, cancellationToken);
        return new(version, manifest, paths);
    }
}
