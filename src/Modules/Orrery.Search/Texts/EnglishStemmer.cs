namespace Orrery.Search.Texts;

/// <summary>
/// The English stemmer of Snowball ("Porter2", https://snowballstem.org/algorithms/english/stemmer.html): what search engines cut English words by. Small letters in, a stem out; a word of other
/// letters comes back as it is. Written from the algorithm's description; its vocabulary is the test.
/// </summary>
internal static class EnglishStemmer
{
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    };

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal) { "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed" };

    private static readonly (string Suffix, string By)[] SecondStep =
    [
        ("ization", "ize"), ("ational", "ate"), ("ousness", "ous"), ("iveness", "ive"), ("fulness", "ful"), ("tional", "tion"), ("lessli", "less"), ("biliti", "ble"), ("entli", "ent"),
        ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("fulli", "ful"), ("ousli", "ous"), ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"),
        ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Suffix, string By)[] ThirdStep =
        [("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"), ("ness", ""), ("ful", "")];

    private static readonly string[] FourthStep =
        ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic"];

    public static string Stem(string word)
    {
        if (word.Length <= 2)
            return word;
        if (Exceptions.TryGetValue(word, out var exception))
            return exception;
        word = MarkConsonantY(word);
        var (r1, r2) = Regions(word);
        word = RemoveS(word);
        if (Kept.Contains(word))
            return word;
        word = RemovePast(word, r1);
        if (word.Length > 2 && word[^1] is ('y' or 'Y') && !IsVowel(word[^2]))
            word = word[..^1] + "i";
        word = Derived(word, r1);
        word = Third(word, r1, r2);
        word = Fourth(word, r2);
        word = Fifth(word, r1, r2);
        return word.Replace('Y', 'y');
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    // A y at the beginning or behind a vowel is a consonant, which Y says.
    private static string MarkConsonantY(string word)
    {
        if (!word.Contains('y', StringComparison.Ordinal))
            return word;
        var letters = word.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1])))
                letters[i] = 'Y';
        }

        return new(letters);
    }

    // R1 is behind the first consonant that follows a vowel, R2 the same within R1.
    private static (int R1, int R2) Regions(string word)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["gener", "commun", "arsen"])
        {
            if (word.StartsWith(prefix, StringComparison.Ordinal))
                return (prefix.Length, Behind(word, prefix.Length));
        }

        var r1 = Behind(word, 0);
        return (r1, Behind(word, r1));
    }

    private static int Behind(string word, int start)
    {
        for (var i = start + 1; i < word.Length; i++)
        {
            if (!IsVowel(word[i]) && IsVowel(word[i - 1]))
                return i + 1;
        }

        return word.Length;
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    private static bool HasVowel(string word, int end)
    {
        for (var i = 0; i < end; i++)
        {
            if (IsVowel(word[i]))
                return true;
        }

        return false;
    }

    private static string RemoveS(string word)
    {
        if (Ends(word, "sses"))
            return word[..^2];
        if (Ends(word, "ied") || Ends(word, "ies"))
            return word.Length > 4 ? word[..^2] : word[..^1];
        // Where a vowel stands before, but not just before.
        return Ends(word, "s") && !Ends(word, "us") && !Ends(word, "ss") && HasVowel(word, word.Length - 2) ? word[..^1] : word;
    }

    private static string RemovePast(string word, int r1)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["eedly", "eed"])
        {
            if (Ends(word, suffix))
                return word.Length - suffix.Length >= r1 ? word[..^suffix.Length] + "ee" : word;
        }

        foreach (var suffix in (ReadOnlySpan<string>)["ingly", "edly", "ing", "ed"])
        {
            if (!Ends(word, suffix))
                continue;
            if (!HasVowel(word, word.Length - suffix.Length))
                return word;
            word = word[..^suffix.Length];
            if (Ends(word, "at") || Ends(word, "bl") || Ends(word, "iz"))
                return word + "e";
            if (word.Length >= 2 && word[^1] == word[^2] && "bdfgmnprt".Contains(word[^1], StringComparison.Ordinal))
                return word[..^1];
            return IsShort(word, r1) ? word + "e" : word;
        }

        return word;
    }

    // A word is short where R1 is empty and it ends in a short syllable.
    private static bool IsShort(string word, int r1) => r1 >= word.Length && EndsInShortSyllable(word);

    private static bool EndsInShortSyllable(string word) => word.Length switch
    {
        < 2 => false,
        2 => IsVowel(word[0]) && !IsVowel(word[1]),
        _ => !IsVowel(word[^1]) && word[^1] is not ('w' or 'x' or 'Y') && IsVowel(word[^2]) && !IsVowel(word[^3]),
    };

    private static string Derived(string word, int r1)
    {
        foreach (var (suffix, by) in SecondStep)
        {
            if (!Ends(word, suffix))
                continue;
            if (word.Length - suffix.Length < r1)
                return word;
            return suffix switch
            {
                "ogi" when word.Length < 4 || word[^4] != 'l' => word,
                "li" when word.Length < 3 || !"cdeghkmnrt".Contains(word[^3], StringComparison.Ordinal) => word,
                _ => word[..^suffix.Length] + by,
            };
        }

        return word;
    }

    private static string Third(string word, int r1, int r2)
    {
        foreach (var (suffix, by) in ThirdStep)
        {
            if (Ends(word, suffix))
                return word.Length - suffix.Length < (suffix == "ative" ? r2 : r1) ? word : word[..^suffix.Length] + by;
        }

        return word;
    }

    private static string Fourth(string word, int r2)
    {
        foreach (var suffix in FourthStep)
        {
            if (!Ends(word, suffix))
                continue;
            if (word.Length - suffix.Length < r2 || suffix == "ion" && (word.Length < 4 || word[^4] is not ('s' or 't')))
                return word;
            return word[..^suffix.Length];
        }

        return word;
    }

    private static string Fifth(string word, int r1, int r2)
    {
        var before = word.Length - 1;
        if (word[^1] == 'e')
            return before >= r2 || before >= r1 && !EndsInShortSyllable(word[..^1]) ? word[..^1] : word;
        return word[^1] == 'l' && before >= r2 && before >= 1 && word[^2] == 'l' ? word[..^1] : word;
    }
}
