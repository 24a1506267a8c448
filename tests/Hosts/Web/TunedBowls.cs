using System.Text.Json;
using Orrery.Client;
using Orrery.Hosts.Tests.Server;

namespace Orrery.Hosts.Tests.Web;

/// <summary>Two studies whose trials are run by a worker outside: a space with a condition and pruned trials, and two objectives under a constraint.</summary>
internal static class TunedBowls
{
    public const string Declared = """
        kind: Study
        name: bowl
        spec:
          trials: 60
          pruner: median
          objectives: [{metric: loss}]
          space:
            - {name: kind, kind: categorical, choices: [flat, bowl]}
            - {name: rate, kind: float, low: 0.0001, high: 1, scale: log}
            - {name: depth, kind: integer, low: 1, high: 12}
            - {name: height, kind: float, low: 0, high: 2, when: {parameter: kind, choices: [flat]}}
        ---
        kind: Study
        name: trade
        spec:
          trials: 80
          sampler: nsgaII
          objectives: [{metric: error}, {metric: speed, direction: higherIsBetter}]
          constraints: [{metric: size, atMost: 0.9}]
          space:
            - {name: width, kind: float, low: 0, high: 1}
            - {name: layers, kind: integer, low: 1, high: 8}
        """;

    /// <summary>Runs both; the paths of their pages.</summary>
    public static async Task<IReadOnlyList<string>> LiveAsync(TestServer server)
    {
        var studies = server.Client.Studies;
        await server.Client.Resources.ApplyAsync(Declared);
        var bowl = (await studies.StartAsync("bowl")).Run;
        var worker = new TrialWorker(studies, "bowls");
        await worker.RunAsync(bowl, async (trial, cancellationToken) =>
        {
            var loss = Loss(trial.Parameters);
            for (var step = 1; step <= 3; step++)
            {
                if (!await studies.ReportAsync(bowl, trial.Number, "bowls", step, loss + 1.0 / step, cancellationToken))
                    return null;
            }

            return new Dictionary<string, double> { ["loss"] = loss };
        });
        var trade = (await studies.StartAsync("trade")).Run;
        await worker.RunAsync(trade, (trial, _) =>
        {
            var (width, layers) = (trial.Parameters["width"].GetDouble(), trial.Parameters["layers"].GetInt32());
            return Task.FromResult<IReadOnlyDictionary<string, double>?>(
                new Dictionary<string, double> { ["error"] = 0.1 + Math.Pow(1 - width, 2) + 0.3 / layers, ["speed"] = 10 / (0.2 + width * layers), ["size"] = width });
        });
        return [$"/studies/{bowl}", $"/studies/{trade}"];
    }

    public static double Loss(IReadOnlyDictionary<string, JsonElement> at) =>
        Math.Pow(Math.Log10(at["rate"].GetDouble()) + 2, 2) + 0.05 * Math.Abs(at["depth"].GetInt32() - 7) + (at["kind"].GetString() == "flat" ? 0.5 + at["height"].GetDouble() : 0);
}
