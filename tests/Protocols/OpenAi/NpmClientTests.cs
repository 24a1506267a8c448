using System.Diagnostics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Protocols.Tests.OpenAi;

public sealed class NpmClientTests
{
    [Fact]
    public async Task OpenAIs_javascript_client_finds_what_it_expects()
    {
        var folder = Environment.GetEnvironmentVariable("ORRERY_NPM_OPENAI");
        Assert.SkipWhen(folder is null, "ORRERY_NPM_OPENAI does not name a folder in which 'npm install openai' ran.");
        await using var server = await LocalModelTests.StartAsync();
        using var node = Process.Start(new ProcessStartInfo("node", [Repository.Path("tests/Protocols/OpenAi/npm-client.mjs"), server.Http.BaseAddress!.ToString(), folder!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.Equal("ok\n", await output + await errors);
    }
}
