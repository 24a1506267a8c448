namespace Orrery.Benchmarks.Language;

/// <summary>Files of random weights, kept for the next run: writing the largest takes seconds of the minutes that a part has.</summary>
internal static class Models
{
    public static string Prepare(BenchmarkContext context, SpeedCase one)
    {
        var folder = Path.Combine(Checkout.Root, "artifacts", "bench-cache", "models");
        var path = Path.Combine(folder, one.Name.Replace('/', '-') + ".gguf");
        if (new FileInfo(path).Exists)
            return path;
        context.Report.Say($"Writing {one.Name} …");
        Directory.CreateDirectory(folder);
        one.Shape.Write(path + ".partial", one.Type, one.IsMixed);
        File.Move(path + ".partial", path);
        return path;
    }
}
