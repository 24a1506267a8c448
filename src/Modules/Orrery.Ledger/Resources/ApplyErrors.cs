using Orrery.Kernel;
using Orrery.Ledger.Json;
using Orrery.Ledger.Resources.Yaml;

namespace Orrery.Ledger.Resources;

/// <summary>Collects what is wrong with documents, so that somebody sees all of it at once.</summary>
internal sealed class ApplyErrors
{
    private const int Shown = 10;
    private readonly Dictionary<string, string> _errors = [];

    public bool Any => _errors.Count > 0;

    /// <summary>Something is wrong at a place below the document's spec.</summary>
    public void Add(ResourceDocument document, string path, string what)
    {
        var place = Place(document, path);
        _errors[place] = _errors.TryGetValue(place, out var before) ? $"{before}; {what}" : what;
    }

    /// <summary>Throws where anything was collected.</summary>
    public void ThrowIfAny()
    {
        if (!Any)
            return;
        var lines = _errors.Take(Shown).Select(error => $"{error.Key}: {error.Value}.");
        var more = _errors.Count > Shown ? [$"… and {_errors.Count - Shown} more."] : Array.Empty<string>();
        throw new InvalidException(string.Join('\n', lines.Concat(more))) { Errors = _errors };
    }

    // A key that is missing has no line of its own; then the nearest thing around it has.
    private static string Place(ResourceDocument document, string path)
    {
        for (var at = path; at is not null; at = JsonPath.Above(at))
        {
            if (document.Lines.TryGetValue(at, out var line))
                return $"{YamlErrors.Place(document.Origin, line)} ({document.Kind.ToPascalCase()} {document.Name}{(path.Length > 0 ? $", {path}" : "")})";
        }

        var origin = document.Origin.Length > 0 ? $"{document.Origin}, " : "";
        return $"{origin}{document.Kind.ToPascalCase()} {document.Name}{(path.Length > 0 ? $", {path}" : "")}";
    }
}
