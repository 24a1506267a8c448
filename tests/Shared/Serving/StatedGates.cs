using System.Collections.Concurrent;
using Orrery.Kernel;
using Orrery.Ledger.Gates;
using Orrery.Platform.Access;

namespace Orrery.Tests.Serving;

/// <summary>Gates whose verdicts the test states.</summary>
internal sealed class StatedGates(TimeProvider time) : IGates
{
    private readonly ConcurrentDictionary<VersionId, List<GateReport>> _reports = new();

    public void State(string gate, VersionId subject, string rule, bool passed) => _reports.GetOrAdd(subject, _ => []).Insert(0, new(
        Guid.NewGuid().ToString("N"), gate, 1, subject, passed, [new(rule, passed, null, passed ? "held" : "did not hold")], new Dictionary<string, double>(), null,
        "test", time.GetUtcNow()));

    public Task<IReadOnlyList<GateReport>> ReportsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<GateReport>>(_reports.TryGetValue(subject, out var reports) ? [.. reports] : []);

    public Task<GateReport> EvaluateAsync(
        Caller caller, string gate, VersionId subject, IReadOnlyDictionary<string, double> evidence, RunId? run = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GateApproval> ApproveAsync(Caller caller, string gate, VersionId subject, string comment, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<GateApproval>> ApprovalsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
