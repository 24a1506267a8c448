using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Serving;
using Orrery.Serving.Predictions;

namespace Orrery.Protocols.OpenInference.Http;

/// <summary>
/// The REST form of the Open Inference Protocol, version 2, with the binary tensor data extension. Models are endpoints. Source: kserve/open-inference-protocol,
/// specification/protocol/inference_rest.md; triton-inference-server/server, docs/protocol/extension_binary_data.md.
/// </summary>
/// <remarks>Its services live as long as the host and are looked up once: a request that asks for one gets a scope of its own.</remarks>
internal sealed class OpenInferenceEndpoints(IServiceProvider services)
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    private readonly Lazy<IPredictions> _predictions = new(services.GetRequiredService<IPredictions>);
    private readonly long _mostBytes = services.GetRequiredService<IOptions<ServingOptions>>().Value.MaxRequestBytes;

    public static void Map(IEndpointRouteBuilder routes) => new OpenInferenceEndpoints(routes.ServiceProvider).MapRoutes(routes);

    private void MapRoutes(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v2").ExcludeFromDescription();
        // Probes come without a token.
        api.MapGet("/health/live", context => context.Response.WriteAsJsonAsync(new { live = true }, context.RequestAborted)).AllowAnonymous();
        api.MapGet("/health/ready", context => context.Response.WriteAsJsonAsync(new { ready = true }, context.RequestAborted)).AllowAnonymous();

        var open = api.MapGroup("").RequireRole(Role.Viewer);
        open.MapGet("", context => context.Response.WriteAsJsonAsync(
            new { name = InferenceServer.Name, version = InferenceServer.Version, extensions = InferenceServer.Extensions }, context.RequestAborted));
        foreach (var model in new[] { "/models/{model}", "/models/{model}/versions/{version}" })
        {
            open.MapGet(model, context => OpenInferenceErrors.AnswerAsync(context, MetadataAsync));
            open.MapGet(model + "/ready", context => OpenInferenceErrors.AnswerAsync(context, ReadyAsync));
            open.MapPost(model + "/infer", context => OpenInferenceErrors.AnswerAsync(context, InferAsync));
        }
    }

    private Task MetadataAsync(HttpContext context)
    {
        var signature = Model(context);
        return context.Response.WriteAsJsonAsync(
            new
            {
                name = signature.Name,
                versions = signature.Versions.Select(version => version.ToString(CultureInfo.InvariantCulture)),
                platform = InferenceServer.Platform,
                inputs = InferenceServer.Inputs(signature).Select(Tensor),
                outputs = InferenceServer.Outputs(signature).Select(Tensor),
            },
            context.RequestAborted);
    }

    private static object Tensor((string Name, string DataType, IReadOnlyList<long> Shape) tensor) =>
        new { name = tensor.Name, datatype = tensor.DataType, shape = tensor.Shape };

    private Task ReadyAsync(HttpContext context)
    {
        var signature = Model(context);
        if (!signature.Ready)
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(new { name = signature.Name, ready = signature.Ready }, context.RequestAborted);
    }

    private EndpointSignature Model(HttpContext context) => InferenceServer.Model(
        _predictions.Value, context.Caller(), (string)context.GetRouteValue("model")!, Version(context));

    private static int? Version(HttpContext context) => RequestParameters.Version((string?)context.GetRouteValue("version"));

    private async Task InferAsync(HttpContext context)
    {
        var endpoint = (string)context.GetRouteValue("model")!;
        // The whole body first: a slow client must not hold a plan, and with it a model, that was swapped meanwhile.
        var body = await ReadBodyAsync(context);
        var (prediction, wanted) = await BeginAsync(context, endpoint, body);
        await using var disposed = prediction;
        await prediction.ScoreAsync();
        Write(context, endpoint, prediction, wanted);
        prediction.Answered();
        // In a canary's slice the other arm scores now; the caller need not wait for that.
        if (prediction.HasWorkLeft)
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async ValueTask<(Prediction Prediction, WantedOutputs Wanted)> BeginAsync(HttpContext context, string endpoint, ReadOnlySequence<byte> body)
    {
        try
        {
            var prediction = _predictions.Value.Begin(context.Caller(), endpoint, Version(context));
            try
            {
                return (prediction, Parse(context, body, prediction));
            }
            catch
            {
                await prediction.DisposeAsync();
                throw;
            }
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(body.End);
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.Headers.ContentEncoding.Count > 0)
            throw new InvalidException("The body is compressed, which is not supported; send it as it is.");
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > _mostBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new QuotaExceededException($"The body has more than {_mostBytes} bytes (Serving:MaxRequestBytes). Send fewer rows.");
            }

            if (read.IsCompleted)
                return read.Buffer;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static WantedOutputs Parse(HttpContext context, ReadOnlySequence<byte> body, Prediction prediction)
    {
        var head = HeadLength(context, body.Length);
        if (body.IsSingleSegment)
            return InferRequestReader.Read(body.FirstSpan[..head], body.FirstSpan[head..], prediction);
        var length = (int)body.Length;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(copy);
            return InferRequestReader.Read(copy.AsSpan(0, head), copy.AsSpan(head, length - head), prediction);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static int HeadLength(HttpContext context, long body)
    {
        if (!context.Request.Headers.TryGetValue(HeaderLength, out var values))
            return (int)body;
        return int.TryParse(values, NumberStyles.None, CultureInfo.InvariantCulture, out var head) && head <= body
            ? head
            : throw new InvalidException($"{HeaderLength} is '{values}'; expected the length of the JSON, at most the body's {body} bytes.");
    }

    private static void Write(HttpContext context, string endpoint, Prediction prediction, WantedOutputs wanted)
    {
        var writer = InferResponseWriter.ForThread;
        writer.Write(endpoint, prediction, wanted);
        var response = context.Response;
        if (writer.Binary.IsEmpty)
            response.ContentType = "application/json";
        else
        {
            response.ContentType = "application/octet-stream";
            response.Headers[HeaderLength] = writer.Head.Length.ToString(CultureInfo.InvariantCulture);
        }

        // A known length spares chunked encoding.
        response.ContentLength = writer.Head.Length + writer.Binary.Length;
        response.BodyWriter.Write(writer.Head);
        response.BodyWriter.Write(writer.Binary);
    }
}
