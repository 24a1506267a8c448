using System.Text;

namespace Orrery.Kernel.Unicode;

/// <summary>
/// Unicode's normalisation forms (UAX #15). .NET leaves a text as it is when the process runs without ICU (<c>InvariantGlobalization</c>, as this product
/// does, so that it starts fast and acts alike everywhere): <c>"é".Normalize(FormD)</c> has one character there. Hence this one, on data of its own.
/// </summary>
public static class UnicodeNormalization
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    /// <summary>The text in a form; the same string where it is ASCII.</summary>
    /// <param name="text">Any text; unpaired surrogates become U+FFFD.</param>
    /// <param name="form">C, D, KC or KD.</param>
    /// <exception cref="ArgumentOutOfRangeException">No form has this number.</exception>
    public static string Normalize(string text, NormalizationForm form)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Enum.IsDefined(form))
            throw new ArgumentOutOfRangeException(nameof(form), form, "Unicode has the forms C, D, KC and KD.");
        if (Ascii.IsValid(text))
            return text;
        var points = Decompose(text, form is NormalizationForm.FormKC or NormalizationForm.FormKD);
        Order(points);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
            Compose(points);
        var written = new StringBuilder(text.Length + 8);
        foreach (var point in points)
            written.Append(new Rune(point).ToString());
        return written.ToString();
    }

    private static List<int> Decompose(string text, bool isCompatible)
    {
        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            var syllable = rune.Value - SyllableBase;
            if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
            {
                points.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
                points.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
                if (syllable % TrailCount != 0)
                    points.Add(TrailBase + (syllable % TrailCount));
            }
            else if (UnicodeForms.Shared.TryDecompose(rune.Value, isCompatible, out var parts))
            {
                points.AddRange(parts);
            }
            else
            {
                points.Add(rune.Value);
            }
        }

        return points;
    }

    /// <summary>Canonical ordering: marks between two starters by their class, equal classes as they came.</summary>
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && UnicodeForms.Shared.CombiningClass(points[end]) != 0)
                end++;
            if (end - start > 1)
            {
                // OrderBy is stable, and stays fast on a hostile pile of a million marks.
                var marks = points.GetRange(start, end - start).OrderBy(UnicodeForms.Shared.CombiningClass).ToList();
                for (var i = 0; i < marks.Count; i++)
                    points[start + i] = marks[i];
            }

            start = end;
        }
    }

    /// <summary>Canonical composition: a mark joins the last starter unless one of its class or higher stands between.</summary>
    private static void Compose(List<int> points)
    {
        var count = 0;
        var starter = -1;
        var lastClass = -1;
        foreach (var point in points.ToArray())
        {
            var rank = UnicodeForms.Shared.CombiningClass(point);
            if (starter >= 0 && lastClass < rank && TryJoin(points[starter], point, out var joined))
            {
                points[starter] = joined;
                continue;
            }

            if (rank == 0)
                (starter, lastClass) = (count, -1);
            else
                lastClass = rank;
            points[count++] = point;
        }

        points.RemoveRange(count, points.Count - count);
    }

    private static bool TryJoin(int first, int second, out int joined)
    {
        var (lead, vowel) = (first - LeadBase, second - VowelBase);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            joined = SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
            return true;
        }

        var (syllable, trail) = (first - SyllableBase, second - TrailBase);
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            joined = first + trail;
            return true;
        }

        return UnicodeForms.Shared.TryCompose(first, second, out joined);
    }
}
