namespace Orrery.Platform.Plots;

/// <summary>
/// The style sheet of every picture. The series differ in their dashes as well as in hue, so that they stay apart for colour-blind
/// readers and in print; all have a contrast of 4.5:1 or more on their paper.
/// </summary>
public static class PlotTheme
{
    /// <summary>The stroke or fill of the n-th series.</summary>
    public static string Series(int index) => Names[index % Names.Length];

    private static readonly string[] Names = ["first", "second", "third", "fourth", "fifth", "sixth"];

    /// <summary>How many steps the scale of feature values has, from low to high.</summary>
    public const int ValueSteps = 7;

    public const string Css = """
        svg{--paper:#fff;--ink:#1f2937;--faint:#6b7280;--grid:#e5e7eb;--first:#1d4ed8;--second:#b45309;--third:#047857;--fourth:#a21caf;--fifth:#0e7490;--sixth:#be123c;
        --v0:#1d4ed8;--v1:#5a52c8;--v2:#8350b3;--v3:#a34c9c;--v4:#bd4783;--v5:#d04266;--v6:#dc3f45;--none:#9ca3af;
        font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:12px}
        @media(prefers-color-scheme:dark){svg{--paper:#111827;--ink:#e5e7eb;--faint:#9ca3af;--grid:#374151;--first:#7aa7ff;--second:#f5b041;--third:#34d399;--fourth:#e879f9;--fifth:#22d3ee;--sixth:#fb7185;
        --v0:#7aa7ff;--v1:#9a9bf5;--v2:#b390e6;--v3:#c987d3;--v4:#dd7fba;--v5:#ec7a9c;--v6:#f6787c;--none:#6b7280}}
        .paper{fill:var(--paper)}text{fill:var(--ink)}.heading{font-size:15px;font-weight:600}.tick,.note{fill:var(--faint);font-size:11px}
        .grid{stroke:var(--grid)}.axis{stroke:var(--faint)}.reference{stroke:var(--faint);stroke-dasharray:4 4;fill:none}
        .first,.second,.third,.fourth,.fifth,.sixth{fill:none;stroke-width:2;stroke-linejoin:round}.first{stroke:var(--first)}.second{stroke:var(--second);stroke-dasharray:7 3}
        .third{stroke:var(--third);stroke-dasharray:2 3}.fourth{stroke:var(--fourth);stroke-dasharray:9 3 2 3}.fifth{stroke:var(--fifth);stroke-dasharray:12 4}.sixth{stroke:var(--sixth);stroke-dasharray:4 2}
        .first-fill{fill:var(--first)}.second-fill{fill:var(--second)}.third-fill{fill:var(--third)}.fourth-fill{fill:var(--fourth)}.fifth-fill{fill:var(--fifth)}.sixth-fill{fill:var(--sixth)}.half{fill-opacity:.55}
        .v0,.v1,.v2,.v3,.v4,.v5,.v6,.none{stroke-width:4.2;stroke-linecap:round;stroke-opacity:.75;fill:none}
        .v0{stroke:var(--v0)}.v1{stroke:var(--v1)}.v2{stroke:var(--v2)}.v3{stroke:var(--v3)}.v4{stroke:var(--v4)}.v5{stroke:var(--v5)}.v6{stroke:var(--v6)}
        .none{stroke:var(--none)}
        """;
}
