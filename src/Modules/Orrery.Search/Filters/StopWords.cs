namespace Orrery.Search.Filters;

/// <summary>Words that say little, by language.</summary>
public static class StopWords
{
    private static readonly Dictionary<string, string[]> ByLanguage = new(StringComparer.OrdinalIgnoreCase)
    {
        // The English list of NLTK's corpus, which search engines commonly take; a word with an apostrophe is cut at it, so its parts stand here.
        ["english"] =
            ("a about above after again against ain all am an and any are aren as at be because been before being below between both but by can couldn d did didn do does doesn doing "
            + "don down during each few for from further had hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn it its itself just ll m ma "
            + "me mightn more most mustn my myself needn no nor not now o of off on once only or other our ours ourselves out over own re s same shan she should shouldn so some such t "
            + "than that the their theirs them themselves then there these they this those through to too under until up ve very was wasn we were weren what when where which while who "
            + "whom why will with won wouldn y you your yours yourself yourselves").Split(' '),
    };

    /// <summary>The words of a language; null where there are none of it here.</summary>
    public static IReadOnlyList<string>? Of(string language) => ByLanguage.GetValueOrDefault(language);
}
