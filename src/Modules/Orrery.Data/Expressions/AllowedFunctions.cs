using System.Collections.Frozen;

namespace Orrery.Data.Expressions;

/// <summary>
/// The functions that an expression may call. Each is a function of its arguments alone (so <c>now()</c> and <c>random()</c> are missing: the same file
/// must give the same rows), gives a scalar and touches nothing outside. Those that make gibibytes out of a few characters (<c>repeat</c>, <c>lpad</c>) are
/// missing; what the others can make is bounded by the memory of the sandbox.
/// </summary>
internal static class AllowedFunctions
{
    private static readonly FrozenSet<string> Allowed = Split(
        // operators
        "+ - * / // % ** ^ & | || ~~ !~~ ~~* !~~* << >>",
        // numbers
        "abs acos add asin atan atan2 cbrt ceil ceiling cos cot degrees divide even exp factorial fdiv floor fmod gamma gcd greatest isfinite isinf isnan " +
        "lcm least lgamma ln log log10 log2 mod multiply negate nextafter pi pow power radians round sign signbit sin sqrt subtract tan trunc xor",
        // text
        "ascii bar bit_length chr concat concat_ws contains damerau_levenshtein ends_with format_bytes hamming hash instr jaccard jaro_similarity " +
        "jaro_winkler_similarity lcase left length len levenshtein like_escape lower ltrim md5 nfc_normalize not_like_escape ord position prefix regexp_extract " +
        "regexp_full_match regexp_matches regexp_replace replace reverse right rtrim sha256 split_part starts_with strip_accents strlen strpos substr substring " +
        "suffix translate trim ucase unicode upper",
        // dates
        "date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms " +
        "epoch_ns epoch_us era hour isodow isoyear last_day make_date make_time make_timestamp microsecond millennium millisecond minute month monthname " +
        "quarter second strftime strptime time_bucket to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp to_weeks to_years " +
        "try_strptime week weekday weekofyear year yearweek century",
        // choice
        "coalesce if ifnull nullif");

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => Allowed;

    /// <summary>Whether an expression may call it.</summary>
    public static bool Contains(string name) => Allowed.Contains(name);

    private static FrozenSet<string> Split(params string[] groups) =>
        groups.SelectMany(g => g.Split(' ')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
