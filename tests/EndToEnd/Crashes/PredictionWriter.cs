using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// Predictions over the Open Inference Protocol. Their log is written behind the answers, so a crash may cost it its last milliseconds, and nothing
/// else: what a look-up has found stays, and what is there has no gap. See docs/design/prediction-path.md.
/// </summary>
internal sealed class PredictionWriter : IWriter
{
    private const string Endpoint = "scored";
    private const int Batch = 5;
    private readonly Dictionary<string, float> _scores = []; // of all that was answered
    private readonly Dictionary<int, int> _sent = []; // by life
    private readonly Dictionary<int, int> _flushed = []; // by life: so many from its first are durable
    private int _life;

    public async Task PrepareAsync(Server server)
    {
        var model = await TinyModel.TrainAsync(server);
        await server.Client.Resources.ApplyAsync($"{{kind: Endpoint, name: {Endpoint}, spec: {{model: {TinyModel.Name}}}}}");
        await server.Client.Endpoints.DeployAsync(Endpoint, new(AssetKind.Model, model.Name, model.Number));
    }

    public async Task WriteAsync(Server server)
    {
        _life = server.Life;
        _sent.TryAdd(_life, 0);
        for (var i = 0; i < Batch; i++)
        {
            var number = _sent[_life]++;
            var id = Id(_life, number);
            _scores[id] = await PredictAsync(server, id, size: number % 100 / 100.0);
        }

        var flushed = _sent[_life]; // A look-up writes out what waits before it looks.
        await CheckAsync(server, Id(_life, flushed - 1));
        _flushed[_life] = flushed;
    }

    /// <summary>The last that was found still is.</summary>
    public async Task CheckAsync(Server server)
    {
        if (_flushed.TryGetValue(_life, out var flushed))
            await CheckAsync(server, Id(_life, flushed - 1));
    }

    public Task CheckAllAsync(Server server) => CheckAsync(server);

    /// <summary>Each life's predictions are there from its first on without a gap, at least as many as had been found.</summary>
    public async Task CheckFolderAsync(TestPlatform platform)
    {
        var found = _sent.Keys.ToDictionary(life => life, _ => new List<int>());
        var stream = platform.Signals.Find($"predictions/{Endpoint}") ?? throw new InvalidOperationException("There is no log of predictions.");
        await foreach (var batch in stream.ReadAsync(0))
        {
            for (var row = 0; row < batch.Count; row++)
            {
                var id = batch.IdAt(row);
                var numbers = id.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
                found[numbers[0]].Add(numbers[1]);
                if (_scores.TryGetValue(id, out var score))
                    Assert.True(score == (float)batch["score"].Float64(row), $"Prediction {id} was answered with {score} and is logged with {batch["score"].Float64(row)}.");
            }
        }

        foreach (var (life, numbers) in found)
        {
            Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
            Assert.True(numbers.Count >= _flushed.GetValueOrDefault(life), $"Of life {life}, predictions {numbers.Count} to {_flushed.GetValueOrDefault(life) - 1} are lost, which had been found.");
        }
    }

    private async Task CheckAsync(Server server, string id)
    {
        try
        {
            var found = Assert.Single(await server.Client.Endpoints.FindPredictionAsync(Endpoint, id));
            Assert.Equal((id, _scores[id]), (found.Id, (float)found.Score));
        }
        catch (NotFoundException lost)
        {
            Assert.Fail($"Prediction {id} is lost: {lost.Message}");
        }
    }

    private static async Task<float> PredictAsync(Server server, string id, double size)
    {
        using var body = JsonContent.Create(new { id, inputs = new[] { new { name = "size", shape = new[] { 1, 1 }, datatype = "FP32", data = new[] { size } } } });
        var answer = await server.Client.SendAsync<JsonElement>(HttpMethod.Post, $"/v2/models/{Endpoint}/infer", body);
        Assert.Equal(id, answer.GetProperty("id").GetString());
        return answer.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle();
    }

    private static string Id(int life, int number) => string.Create(CultureInfo.InvariantCulture, $"{life}-{number}");
}
