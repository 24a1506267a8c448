using System.Buffers.Binary;
using Google.Protobuf;
using Grpc.Core;
using Orrery.Protocols.OpenInference.Grpc;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Protocols.Tests.OpenInference;

/// <summary>The gRPC form, called over a real connection.</summary>
public sealed class GrpcTests
{
    private static readonly TestModel Model = new();

    [Fact]
    public async Task Typed_contents_are_answered_with_typed_contents()
    {
        await using var server = await StartAsync();
        var answer = await Client(server).ModelInferAsync(Request());
        Assert.Equal(("flights", "1", "g1"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Equal(Model.Probability("ATL", 8, 0.4), answer.Outputs[0].Contents.Fp32Contents.Single(), 1e-6);
        Assert.Single(answer.Outputs[1].Contents.Int64Contents);
        Assert.Empty(answer.RawOutputContents);
    }

    [Fact]
    public async Task Raw_contents_are_answered_with_raw_contents()
    {
        await using var server = await StartAsync();
        var request = Request();
        foreach (var input in request.Inputs)
            input.Contents = null;
        var text = ByteString.CopyFrom([3, 0, 0, 0, .. "ATL"u8]);
        var number = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, 8);
        request.RawInputContents.AddRange([text, text, ByteString.CopyFrom(number)]);
        var answer = await Client(server).ModelInferAsync(request);
        Assert.Equal(2, answer.RawOutputContents.Count);
        Assert.Equal(Model.Probability("ATL", 8, 0.4), BinaryPrimitives.ReadSingleLittleEndian(answer.RawOutputContents[0].Span), 1e-6);
    }

    [Fact]
    public async Task The_server_and_its_models_describe_themselves()
    {
        await using var server = await StartAsync();
        var client = Client(server);
        Assert.True((await client.ServerLiveAsync(new())).Live);
        Assert.True((await client.ServerReadyAsync(new())).Ready);
        Assert.True((await client.ModelReadyAsync(new() { Name = "flights" })).Ready);
        Assert.Equal("orrery", (await client.ServerMetadataAsync(new())).Name);
        var model = await client.ModelMetadataAsync(new() { Name = "flights", Version = "1" });
        Assert.Equal(["airport", "origin", "hour"], model.Inputs.Select(input => input.Name));
        Assert.Equal([-1L, 1L], model.Inputs[2].Shape);
    }

    [Fact]
    public async Task Refusals_have_the_status_of_their_kind()
    {
        await using var server = await StartAsync();
        var client = Client(server);
        var unknown = Request();
        unknown.ModelName = "nobody";
        await RefusedAsync(StatusCode.NotFound, unknown);
        var missing = Request();
        missing.Inputs.RemoveAt(2);
        await RefusedAsync(StatusCode.InvalidArgument, missing, "'hour'");
        var few = Request();
        few.Inputs[2].Shape[0] = 2;
        await RefusedAsync(StatusCode.InvalidArgument, few, "'hour'");
        var raw = Request();
        raw.RawInputContents.Add(ByteString.Empty);
        await RefusedAsync(StatusCode.InvalidArgument, raw, "3 inputs and 1 raw");
        var type = Request();
        type.Inputs[2].Datatype = "BYTES";
        await RefusedAsync(StatusCode.InvalidArgument, type, "'hour'");

        async Task RefusedAsync(StatusCode status, ModelInferRequest request, string word = "")
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => client.ModelInferAsync(request).ResponseAsync);
            Assert.Equal(status, error.StatusCode);
            Assert.Contains(word, error.Status.Detail);
        }
    }

    [Fact]
    public async Task Nobody_predicts_without_signing_in()
    {
        await using var server = await StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => Client(server).ModelInferAsync(Request(), new Metadata { { "anonymous", "yes" } }).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    private static GRPCInferenceService.GRPCInferenceServiceClient Client(InferenceTestServer server) => new(server.Channel);

    private static async Task<InferenceTestServer> StartAsync()
    {
        var server = await InferenceTestServer.StartAsync();
        await server.Serving.DeployAsync(Model);
        return server;
    }

    private static ModelInferRequest Request() => new()
    {
        ModelName = "flights",
        Id = "g1",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "airport", Datatype = "BYTES", Shape = { 1 }, Contents = new() { BytesContents = { ByteString.CopyFromUtf8("ATL") } } },
            new ModelInferRequest.Types.InferInputTensor { Name = "origin", Datatype = "BYTES", Shape = { 1, 1 }, Contents = new() { BytesContents = { ByteString.CopyFromUtf8("ATL") } } },
            new ModelInferRequest.Types.InferInputTensor { Name = "hour", Datatype = "FP32", Shape = { 1, 1 }, Contents = new() { Fp32Contents = { 8 } } },
        },
    };
}
