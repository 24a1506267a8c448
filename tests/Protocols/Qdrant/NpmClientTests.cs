using System.Diagnostics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

public sealed class NpmClientTests
{
    [Fact]
    public async Task Qdrants_javascript_client_finds_what_it_expects()
    {
        var folder = Environment.GetEnvironmentVariable("ORRERY_NPM_QDRANT");
        Assert.SkipWhen(folder is null, "ORRERY_NPM_QDRANT does not name a folder in which 'npm install @qdrant/js-client-rest' ran; ./test makes one where npm reaches its registry.");
        await using var server = await QdrantTestServer.StartAsync();
        using var node = Process.Start(new ProcessStartInfo("node", [Repository.Path("tests/Protocols/Qdrant/npm-client.mjs"), server.Address.ToString(), folder!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.Equal("ok\n", await output + await errors);
    }
}
