namespace Orrery.Import;

/// <summary>The media type of a file by its name, as pages and tools need it to show the file.</summary>
internal static class MediaTypes
{
    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = "text/csv",
        [".gif"] = "image/gif",
        [".html"] = "text/html",
        [".jpeg"] = "image/jpeg",
        [".jpg"] = "image/jpeg",
        [".json"] = "application/json",
        [".jsonl"] = "application/x-ndjson",
        [".log"] = "text/plain",
        [".md"] = "text/markdown",
        [".mp3"] = "audio/mpeg",
        [".mp4"] = "video/mp4",
        [".parquet"] = "application/vnd.apache.parquet",
        [".patch"] = "text/x-diff",
        [".png"] = "image/png",
        [".py"] = "text/x-python",
        [".svg"] = "image/svg+xml",
        [".diff"] = "text/x-diff",
        [".txt"] = "text/plain",
        [".wav"] = "audio/wav",
        [".webp"] = "image/webp",
        [".yaml"] = "application/yaml",
        [".yml"] = "application/yaml",
    };

    public static string Of(string path) => ByExtension.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
}
