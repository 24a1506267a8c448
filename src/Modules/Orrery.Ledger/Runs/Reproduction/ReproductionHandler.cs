using Orrery.Kernel;
using Orrery.Kernel.Provenance;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs.Reproduction;

/// <summary>Finds who can run a run again, and compares what came out by digest.</summary>
internal sealed class ReproductionHandler(IRuns runs, IEnumerable<IReproducer> reproducers) : IReproductions
{
    /// <summary>Parts of a whole that are looked at, a hundred trainings of a pipeline at most.</summary>
    private const int MaxParts = 1000;

    private readonly Lazy<Dictionary<string, IReproducer>> _byKind = new(() => reproducers.ToDictionary(one => one.Kind));

    public async Task<StartedReproduction> StartAsync(Caller caller, RunId run, CancellationToken cancellationToken = default)
    {
        var original = await runs.GetAsync(caller, run, cancellationToken);
        if (Problem(original) is not { } problem)
            return new([await _byKind.Value[original.Kind].StartAsync(caller, original, cancellationToken)], []);
        var (can, left) = (new List<Run>(), new List<LeftRun>());
        await SortPartsAsync(caller, original, can, left, cancellationToken);
        if (can.Count == 0)
            throw new PreconditionFailedException($"The run {run} cannot be reproduced: {problem}");
        var started = new List<RunId>();
        foreach (var part in can)
            started.Add(await _byKind.Value[part.Kind].StartAsync(caller, part, cancellationToken));
        return new(started, left);
    }

    public async Task<ReproductionReport> CompareAsync(Caller caller, RunId reproduction, CancellationToken cancellationToken = default)
    {
        var again = await runs.GetAsync(caller, reproduction, cancellationToken);
        if (again.Reproduces is not { } id)
            throw new PreconditionFailedException($"The run {reproduction} is no reproduction of another; start one with POST /api/v1/runs/{reproduction}/reproduce.");
        var original = await runs.GetAsync(caller, id, cancellationToken);
        var before = (await runs.ArtifactsAsync(caller, id, cancellationToken)).ToDictionary(artifact => artifact.Path, artifact => artifact.Content.Digest);
        var after = (await runs.ArtifactsAsync(caller, reproduction, cancellationToken)).ToDictionary(artifact => artifact.Path, artifact => artifact.Content.Digest);
        var compared = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Select(path => Compare(path, before, after)).ToList();
        var outputs = compared.Where(output => !IsCode(output.Path)).ToList();
        var differences = EnvironmentDifferences(original.Environment, again.Environment)
            .Concat(compared.Where(file => IsCode(file.Path) && file.Verdict != OutputVerdict.Identical)
                .Select(file => new EnvironmentDifference(file.Path, file.Original?.ToString(), file.Reproduced?.ToString())));
        return new(
            id, reproduction, again.Kind, again.Status, again.Error,
            again.Status == RunStatus.Finished && outputs.Count > 0 && outputs.All(output => output.Verdict == OutputVerdict.Identical), outputs, [.. differences]);
    }

    // What is not run again itself may have parts that are: a pipeline's trainings.
    private async Task SortPartsAsync(Caller caller, Run whole, List<Run> can, List<LeftRun> left, CancellationToken cancellationToken)
    {
        foreach (var part in (await runs.ListAsync(caller, new(Parent: whole.Id), new(PageRequest.MaxLimit), cancellationToken)).Items.OrderBy(part => part.StartedAt))
        {
            if (can.Count + left.Count >= MaxParts)
                return;
            if (Problem(part) is not { } problem)
            {
                can.Add(part);
                continue;
            }

            var before = can.Count;
            await SortPartsAsync(caller, part, can, left, cancellationToken);
            if (can.Count == before)
                left.Add(new(part.Id, part.Kind, problem));
        }
    }

    private string? Problem(Run run)
    {
        if (!_byKind.Value.ContainsKey(run.Kind))
        {
            return run.Recipe is null && run.Environment.Command is null
                ? $"nothing says how it was run. It is a run of kind '{run.Kind}' that a client logged; what is missing is {Missing(run)}. Runs of this server's own trainers can be reproduced ({string.Join(", ", _byKind.Value.Keys.Order())})."
                : $"runs of kind '{run.Kind}' are not run again here; those of these kinds are: {string.Join(", ", _byKind.Value.Keys.Order())}.";
        }

        return run.Recipe is null ? $"it is of kind '{run.Kind}' but was not started by this server's own code, or by a version before recipes; what is missing is {Missing(run)}."
            : run.Status is RunStatus.Running or RunStatus.Scheduled ? "it goes on; wait until it has ended."
            : null;
    }

    private static string Missing(Run run) => string.Join(", ", new (bool Missing, string What)[]
    {
        (run.Recipe is null, "the recipe (inputs by version, settings and seed)"),
        (run.Environment.Command is null, "the command"),
        (run.Environment.CodeCommit is null, "the commit of the code"),
        (run.Seed is null, "the seed"),
        (run.Environment.Processor.Length == 0, "the processor"),
    }.Where(part => part.Missing).Select(part => part.What));

    private static bool IsCode(string path) => path.StartsWith(CodeFile.Folder + "/", StringComparison.Ordinal);

    private static OutputComparison Compare(string path, Dictionary<string, Digest> before, Dictionary<string, Digest> after)
    {
        Digest? original = before.TryGetValue(path, out var was) ? was : null;
        Digest? reproduced = after.TryGetValue(path, out var now) ? now : null;
        var verdict = (original, reproduced) switch
        {
            (null, _) => OutputVerdict.Added,
            (_, null) => OutputVerdict.Missing,
            _ => original == reproduced ? OutputVerdict.Identical : OutputVerdict.Different,
        };
        return new(path, verdict, original, reproduced);
    }

    private static IEnumerable<EnvironmentDifference> EnvironmentDifferences(RunEnvironment before, RunEnvironment after) => new EnvironmentDifference[]
    {
        new("code", before.CodeCommit, after.CodeCommit), new("runtime", before.Runtime, after.Runtime),
        new("system", before.OperatingSystem, after.OperatingSystem), new("processor", before.Processor, after.Processor),
    }.Where(difference => difference.Original != difference.Reproduced);
}
