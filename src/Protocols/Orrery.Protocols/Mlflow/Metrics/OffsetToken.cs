using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Protocols.Mlflow.Metrics;

/// <summary>The page token of a list that is read whole: how many came before.</summary>
internal static class OffsetToken
{
    public static string Of(int skip) => PageCursor.Of(skip.ToString(CultureInfo.InvariantCulture));

    public static int Read(string? token) => PageCursor.Read(token, 1) is [var skip] ? (int)Math.Min(PageCursor.Number(skip), int.MaxValue) : 0;
}
