using System.Text;

namespace Orrery.CrashChild;

/// <summary>Says things in whole lines, each written at once: what has been said is in the pipe even if the process dies now.</summary>
internal static class Output
{
    private static readonly Stream Stream = Console.OpenStandardOutput();
    private static readonly Lock Gate = new();

    public static void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (Gate)
            Stream.Write(bytes);
    }

    /// <summary>The write of this name was acknowledged.</summary>
    public static void Acknowledged(string name, string detail = "") => Say(detail.Length == 0 ? $"ok {name}" : $"ok {name} {detail}");
}
