using System.Text.Json.Serialization;

namespace Orrery.Kernel;

/// <summary>
/// What an asset is: <c>dataset</c>, <c>model</c>, <c>feature-view</c> … Lower-case words joined by hyphens.
/// In declared resources the same kind is written in Pascal case (<c>FeatureView</c>).
/// </summary>
[JsonConverter(typeof(AssetKindConverter))]
public readonly record struct AssetKind
{
    /// <summary>Rows of data, as immutable Parquet files.</summary>
    public static readonly AssetKind Dataset = new("dataset");
    /// <summary>A declared place that data comes from, and how it is read.</summary>
    public static readonly AssetKind Source = new("source");
    /// <summary>Expectations that a dataset must meet.</summary>
    public static readonly AssetKind ExpectationSuite = new("expectation-suite");
    /// <summary>Aggregates over past events of an entity.</summary>
    public static readonly AssetKind FeatureView = new("feature-view");
    /// <summary>The features that one model asks for.</summary>
    public static readonly AssetKind FeatureService = new("feature-service");
    /// <summary>A fitted transform graph.</summary>
    public static readonly AssetKind Transform = new("transform");
    /// <summary>A trained model.</summary>
    public static readonly AssetKind Model = new("model");
    /// <summary>A text that a language model is asked with.</summary>
    public static readonly AssetKind Prompt = new("prompt");
    /// <summary>A declared way to train models.</summary>
    public static readonly AssetKind Trainer = new("trainer");
    /// <summary>A declared search for the best parameters.</summary>
    public static readonly AssetKind Study = new("study");
    /// <summary>A DAG of steps.</summary>
    public static readonly AssetKind Pipeline = new("pipeline");
    /// <summary>Rules over evidence.</summary>
    public static readonly AssetKind Gate = new("gate");
    /// <summary>The declaration of an endpoint: its name, what it routes to, and how.</summary>
    public static readonly AssetKind Endpoint = new("endpoint");
    /// <summary>The declaration of an LLM route: the providers behind a model's name, and what may be spent.</summary>
    public static readonly AssetKind Route = new("route");
    /// <summary>What is watched of an endpoint, and when it alerts.</summary>
    public static readonly AssetKind Monitor = new("monitor");
    /// <summary>Points with vectors and payloads that can be searched.</summary>
    public static readonly AssetKind Collection = new("collection");
    /// <summary>A document made by a run.</summary>
    public static readonly AssetKind Report = new("report");

    /// <summary>Examples that an application is evaluated on.</summary>
    public static readonly AssetKind EvaluationDataset = new("evaluation-dataset");
    /// <summary>What judges the answers of an application.</summary>
    public static readonly AssetKind Scorer = new("scorer");

    private readonly string? _name;

    private AssetKind(string name) => _name = name;

    /// <summary>Reads the hyphenated or the Pascal-case form.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static AssetKind Parse(string text) => TryParse(text, out var kind)
        ? kind
        : throw new FormatException($"Expected a kind such as 'dataset' or 'FeatureView', got '{text}'.");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse(string? text, out AssetKind kind)
    {
        kind = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64 || !char.IsAsciiLetter(text[0]))
            return false;
        var hyphenated = new System.Text.StringBuilder(text.Length + 4);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterUpper(c))
            {
                if (i > 0 && text[i - 1] != '-')
                    hyphenated.Append('-');
                hyphenated.Append(char.ToLowerInvariant(c));
            }
            else if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
                hyphenated.Append(c);
            else
                return false;
        }

        kind = new(hyphenated.ToString());
        return true;
    }

    /// <summary>The form in declared resources: <c>FeatureView</c>.</summary>
    public string ToPascalCase() => string.Concat(ToString().Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>The hyphenated form.</summary>
    public override string ToString() => _name ?? "";
}
