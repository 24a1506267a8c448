using MudBlazor;

namespace Orrery.Web.Layout;

/// <summary>Brass on paper by day, brass on slate by night; the reader's own fonts, so that nothing is fetched.</summary>
internal static class Theme
{
    private static readonly string[] Sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"];

    public static MudTheme Orrery { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#8a5a0b",
            Secondary = "#2f6f95",
            Tertiary = "#52762e",
            Background = "#faf8f4",
            Surface = "#ffffff",
            AppbarBackground = "#faf8f4",
            AppbarText = "#2b2721",
            DrawerBackground = "#faf8f4",
            DrawerText = "#4b453c",
            DrawerIcon = "#6f675b",
            TextPrimary = "#2b2721",
            TextSecondary = "#6a6257",
            Success = "#3e7a2c",
            Warning = "#a15c00",
            Error = "#b3261e",
            Info = "#2f6f95",
            LinesDefault = "#e7e1d6",
            TableLines = "#efeae0",
            Divider = "#e7e1d6",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#d9a441",
            Secondary = "#74b3d6",
            Tertiary = "#a3c972",
            Background = "#16191d",
            Surface = "#1d2126",
            AppbarBackground = "#16191d",
            AppbarText = "#ece7dd",
            DrawerBackground = "#16191d",
            DrawerText = "#c9c3b8",
            DrawerIcon = "#9a948a",
            TextPrimary = "#ece7dd",
            TextSecondary = "#a39d92",
            Success = "#8ac46f",
            Warning = "#e0a44a",
            Error = "#f2887f",
            Info = "#74b3d6",
            LinesDefault = "#2c3138",
            TableLines = "#262b31",
            Divider = "#2c3138",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = ".9rem" },
            H1 = new H1Typography { FontSize = "1.5rem", FontWeight = "600", LineHeight = "1.3" },
            H2 = new H2Typography { FontSize = "1.1rem", FontWeight = "600", LineHeight = "1.4" },
            Button = new ButtonTypography { TextTransform = "none" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
    };
}
