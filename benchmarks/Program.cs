using System.CommandLine;
using Orrery.Benchmarks;
using Orrery.Benchmarks.Collections;
using Orrery.Benchmarks.JoinLabels;
using Orrery.Benchmarks.Language;
using Orrery.Benchmarks.Load;
using Orrery.Benchmarks.Reporting;
using Orrery.Benchmarks.Spine;
using Orrery.Benchmarks.Tracking;
using Orrery.Benchmarks.Tuning;
using Orrery.Benchmarks.Vectors;

// The bare server is this program in another process; it goes past the command line, whose cost is none of its own.
if (args is [BareServer.Command, .. var rest])
{
    await BareServer.RunAsync(rest);
    return 0;
}

IBenchmark[] all = [new SpineBenchmark(), new JoinLabelsBenchmark(), new VectorsBenchmark(), new LanguageBenchmark(), new TuningBenchmark(), new TrackingBenchmark(), new CollectionsBenchmark()];
var name = new Argument<string>("name") { Description = "Which benchmark: " + string.Join(", ", all.Select(one => one.Name)) }.AcceptOnlyFromAmong([.. all.Select(one => one.Name)]);
var json = new Option<FileInfo?>("--json") { Description = "Write the figures of every run to this file" };
var save = new Option<bool>("--save") { Description = "Keep the figures below benchmarks/results, in the folder of this CPU; with --part, those of other parts stay" };
var quick = new Option<bool>("--quick") { Description = "Small data and short runs: shows that the benchmark works, measures nothing" };
var part = new Option<string[]>("--part") { Description = "Only these parts of it" };
var command = new RootCommand("The benchmarks of Orrery: ours beside the peer or the bare ceiling, in turn, in one run.\n\n  " +
    string.Join("\n  ", all.Select(one => $"{one.Name,-12} {one.Summary} ({string.Join(", ", one.Parts)})"))) { name, json, save, quick, part };
command.Validators.Add(result =>
{
    if (!result.GetValue(save))
        return;
    if (result.GetValue(quick))
        result.AddError("--save keeps what measures something: leave --quick out.");
});
command.SetAction(async (parsed, cancellationToken) =>
{
    var benchmark = all.Single(one => one.Name == parsed.GetRequiredValue(name));
    var parts = parsed.GetValue(part) is { Length: > 0 } some ? some : [.. benchmark.Parts];
    if (parts.Except(benchmark.Parts).FirstOrDefault() is { } unknown)
    {
        Console.Error.WriteLine($"'{benchmark.Name}' has no part '{unknown}'; it has {string.Join(", ", benchmark.Parts)}.");
        return 2;
    }

    using var workspace = new Workspace(benchmark.Name);
    var context = new BenchmarkContext(parsed.GetValue(quick) ? Scale.Quick : Scale.Full, parts, workspace, new Report(benchmark.Name, Machine.Read()));
    context.Report.Begin(context.Scale.IsQuick);
    await benchmark.RunAsync(context, cancellationToken);
    context.Report.Show();
    if (parsed.GetValue(json) is { } file)
        context.Report.Write(file.FullName, context.Scale.IsQuick);
    if (parsed.GetValue(save))
    {
        var path = Checkout.ResultPath(context.Report.Machine, benchmark.Name);
        context.Report.Write(path, context.Scale.IsQuick, parsed.GetValue(part) is { Length: > 0 } ? KeptFigures.Read(path) : null);
    }

    return context.Scale.IsQuick || context.Report.IsWhole ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
