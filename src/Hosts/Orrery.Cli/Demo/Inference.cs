using System.Text.Json.Serialization;
using Orrery.Client;

namespace Orrery.Cli.Demo;

/// <summary>Predictions over the Open Inference Protocol, with nothing but the ids of airports and the time: the features are looked up.</summary>
internal static class Inference
{
    /// <summary>Asks for the chance of each flight to be late; row i of the answer is logged as <c>ID:i</c>, or as <c>ID</c> where there is one flight.</summary>
    /// <param name="orrery">The server.</param>
    /// <param name="id">What the request is called.</param>
    /// <param name="at">The moment of the request.</param>
    /// <param name="flights">The flights; their delays are not looked at.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async Task<InferResponse> PredictAsync(
        OrreryClient orrery, string id, DateTimeOffset at, IReadOnlyList<Flight> flights, CancellationToken cancellationToken)
    {
        long[] shape = [flights.Count];
        var request = new
        {
            id,
            parameters = new Dictionary<string, string> { ["event_time"] = at.ToString("O") },
            inputs = new object[]
            {
                new { name = "scheduled", datatype = "INT64", shape, data = flights.Select(flight => flight.Scheduled.ToUnixTimeSeconds()) },
                new { name = "origin", datatype = "BYTES", shape, data = flights.Select(flight => flight.Origin) },
                new { name = "destination", datatype = "BYTES", shape, data = flights.Select(flight => flight.Destination) },
            },
        };
        return await orrery.SendAsync<InferResponse>(HttpMethod.Post, "/v2/models/flights/infer", JsonContent.Create(request, options: OrreryClient.Json), cancellationToken);
    }
}

/// <summary>What the endpoint answered.</summary>
internal sealed record InferResponse([property: JsonPropertyName("model_version")] string ModelVersion, IReadOnlyList<InferOutput> Outputs)
{
    /// <summary>The chance of each flight to be late.</summary>
    public IReadOnlyList<double> Chances => Outputs.First(output => output.Name == "probability").Data;
}

/// <summary>One output tensor.</summary>
internal sealed record InferOutput(string Name, IReadOnlyList<double> Data);
