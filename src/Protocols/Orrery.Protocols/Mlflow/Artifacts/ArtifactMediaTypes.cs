using Microsoft.AspNetCore.StaticFiles;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>
/// The media type of an artifact by its name, whatever the client that uploaded it called it: text is shown as text, never run as a page or a script.
/// Source: mlflow/utils/mime_type_utils.py (3.5).
/// </summary>
internal static class ArtifactMediaTypes
{
    private const string Unknown = "application/octet-stream";

    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml", "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst",
        "MLmodel", "MLproject", "mlproject",
    };

    private static readonly FileExtensionContentTypeProvider Known = new();

    public static string Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        if (Texts.Contains(dot > 0 ? name[(dot + 1)..] : name))
            return "text/plain";
        return Known.TryGetContentType(name, out var type) ? type : Unknown;
    }
}
