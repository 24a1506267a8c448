using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Search.Filters;

/// <summary>
/// Where a value stands in a payload: <c>country.name</c>, <c>cities[].population</c> (every element), <c>cities[0]</c>, <c>"a.b"</c> (a key with a dot).
/// </summary>
public sealed record PayloadPath
{
    private PayloadPath(string text, IReadOnlyList<PathStep> steps) => (Text, Steps) = (text, steps);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    internal IReadOnlyList<PathStep> Steps { get; }

    /// <summary>Reads the written form.</summary>
    /// <exception cref="InvalidException">It has another shape.</exception>
    public static PayloadPath Parse(string text) => TryParse(text, out var path) ? path : throw new InvalidException($"Invalid json path: '{text}'");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string text, out PayloadPath path)
    {
        var steps = new List<PathStep>();
        path = new(text, steps);
        var at = 0;
        if (!ReadKey(text, ref at, steps))
            return false;
        while (at < text.Length)
        {
            if (text[at] == '[' ? !ReadIndex(text, ref at, steps) : text[at] != '.' || !Advance(ref at) || !ReadKey(text, ref at, steps))
                return false;
        }

        return true;
    }

    /// <summary>This path below another, as in a nested filter.</summary>
    internal PayloadPath Below(PayloadPath parent) => new($"{parent.Text}.{Text}", [.. parent.Steps, .. Steps]);

    /// <summary>This path with every element of its array.</summary>
    internal PayloadPath Elements() => Steps is [.., { Key: null }] ? this : new(Text + "[]", [.. Steps, PathStep.Every]);

    /// <summary>Adds every value that stands there.</summary>
    internal void Collect(JsonElement root, List<JsonElement> values) => Collect(root, 0, values);

    /// <inheritdoc/>
    public bool Equals(PayloadPath? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var step in Steps)
            hash.Add(step);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private void Collect(JsonElement value, int step, List<JsonElement> values)
    {
        if (step == Steps.Count)
        {
            values.Add(value);
            return;
        }

        var (key, index) = Steps[step];
        if (key is not null)
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(key, out var child))
                Collect(child, step + 1, values);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            if (index is null)
            {
                foreach (var element in value.EnumerateArray())
                    Collect(element, step + 1, values);
            }
            else if (index < value.GetArrayLength())
                Collect(value[index.Value], step + 1, values);
        }
    }

    private static bool Advance(ref int at) => ++at > 0;

    private static bool ReadKey(string text, ref int at, List<PathStep> steps)
    {
        if (at < text.Length && text[at] == '"')
        {
            var end = text.IndexOf('"', at + 1);
            if (end < 0)
                return false;
            steps.Add(new(text[(at + 1)..end], null));
            at = end + 1;
            return true;
        }

        var start = at;
        while (at < text.Length && text[at] is not ('.' or '[' or ']' or '"'))
            at++;
        if (at == start)
            return false;
        steps.Add(new(text[start..at], null));
        return true;
    }

    private static bool ReadIndex(string text, ref int at, List<PathStep> steps)
    {
        var end = text.IndexOf(']', at);
        if (end < 0)
            return false;
        var inside = text.AsSpan(at + 1, end - at - 1);
        at = end + 1;
        if (inside.IsEmpty)
        {
            steps.Add(PathStep.Every);
            return true;
        }

        if (!int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return false;
        steps.Add(new(null, index));
        return true;
    }
}

/// <summary>One step: a key, an index, or (neither) every element.</summary>
internal readonly record struct PathStep(string? Key, int? Index)
{
    public static PathStep Every => default;
}
