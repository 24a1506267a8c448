using System.Text.Json;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests;

/// <summary>A newcomer with an empty folder.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Up_answers_and_the_other_commands_talk_to_it()
    {
        using var folder = new TempFolder();
        await using var server = OrreryProcess.Start(folder, "up", "--port", "0");
        var address = (await server.AddressAsync()).ToString();

        var resource = Path.Combine(folder.Path, "source.yaml");
        await File.AppendAllTextAsync(resource, "kind: Source\nname: numbers\nspec: {dataset: numbers}\n");
        var applied = await OrreryProcess.RunAsync(folder, "apply", "-f", resource, "--server", address);
        Assert.Equal(0, applied.ExitCode);
        Assert.Contains("created", applied.Output);
        Assert.Contains("unchanged", (await OrreryProcess.RunAsync(folder, "apply", "-f", resource, "--server", address)).Output);

        var csv = Path.Combine(folder.Path, "numbers.csv");
        await File.AppendAllTextAsync(csv, "n,square\n1,1\n2,4\n3,9\n");
        Assert.Equal(0, (await OrreryProcess.RunAsync(folder, "ingest", "numbers", csv, "--server", address)).ExitCode);

        var got = await OrreryProcess.RunAsync(folder, "get", "datasets", "-o", "json", "--server", address);
        Assert.Equal("numbers", JsonDocument.Parse(got.Output).RootElement[0].GetProperty("name").GetString());
        Assert.Contains("kind: Source", (await OrreryProcess.RunAsync(folder, "get", "source", "numbers", "-o", "yaml", "--server", address)).Output);
        Assert.Contains("ingest", (await OrreryProcess.RunAsync(folder, "lineage", "dataset/numbers", "--server", address)).Output);
        Assert.Equal(0, (await OrreryProcess.RunAsync(folder, "status", "--server", address)).ExitCode);
    }

    [Fact]
    public async Task What_it_acknowledged_is_there_after_a_kill()
    {
        using var folder = new TempFolder();
        string address;
        var csv = Path.Combine(folder.Path, "numbers.csv");
        await File.AppendAllTextAsync(csv, "n,square\n1,1\n2,4\n3,9\n");
        await using (var server = OrreryProcess.Start(folder, "up", "--port", "0"))
        {
            address = (await server.AddressAsync()).ToString();
            var resource = Path.Combine(folder.Path, "source.yaml");
            await File.AppendAllTextAsync(resource, "kind: Source\nname: numbers\nspec: {dataset: numbers}\n");
            Assert.Equal(0, (await OrreryProcess.RunAsync(folder, "apply", "-f", resource, "--server", address)).ExitCode);
            Assert.Equal(0, (await OrreryProcess.RunAsync(folder, "ingest", "numbers", csv, "--server", address)).ExitCode);
            await server.KillAsync();
        }

        await using var again = OrreryProcess.Start(folder, "up", "--port", "0");
        address = (await again.AddressAsync()).ToString();
        var dataset = await OrreryProcess.RunAsync(folder, "get", "dataset", "numbers", "-o", "json", "--server", address);
        Assert.Equal(3, JsonDocument.Parse(dataset.Output).RootElement.GetProperty("manifest").GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task A_language_model_is_made_smaller_and_goes_on_with_a_text_without_a_server()
    {
        var model = SharedData.Need("stories260K/stories260K.bin");
        using var folder = new TempFolder();
        var text = folder.File("text.txt");
        await File.AppendAllTextAsync(text, "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.");
        var made = await OrreryProcess.RunAsync(folder, "model", "quantize", model, "small.gguf", "--to", "Q8_0", "--text", text, "--json");
        Assert.Equal(0, made.ExitCode);
        using var answer = JsonDocument.Parse(made.Output);
        double Figure(string name) => answer.RootElement.GetProperty(name).GetDouble();
        Assert.InRange(Figure("perplexityBefore"), 1, 5);
        Assert.InRange(Figure("perplexityAfter") / Figure("perplexityBefore"), 0.97, 1.03);
        Assert.True(Figure("bytesAfter") < 0.5 * Figure("bytesBefore"));

        var generated = await OrreryProcess.RunAsync(folder, "lm", "generate", "small.gguf", "Once upon a time", "--temperature", "0", "--max-tokens", "12");
        Assert.StartsWith("Once upon a time, there was a little girl named Lily", generated.Output, StringComparison.Ordinal);
        Assert.Contains("12 generated", generated.Errors);
        Assert.Equal(1, (await OrreryProcess.RunAsync(folder, "model", "quantize", model, "small.gguf")).ExitCode);
    }

    [Fact]
    public async Task Vectors_of_a_file_are_looked_through_for_duplicates_clustered_and_drawn_without_a_server()
    {
        using var folder = new TempFolder();
        // Three tight heaps of twenty on the axes, and the first point once more: .fvecs is the number of components, then the components.
        var random = new Random(7);
        await using (var file = new BinaryWriter(File.Create(folder.File("heaps.fvecs"))))
        {
            float[] first = [];
            for (var i = 0; i <= 60; i++)
            {
                float[] vector = [.. Enumerable.Range(0, 3).Select(axis => (axis == i % 3 ? 1f : 0f) + (0.1f * random.NextSingle()))];
                first = i == 0 ? vector : first;
                file.Write(3);
                foreach (var component in i == 60 ? first : vector)
                    file.Write(component);
            }
        }

        var duplicates = await OrreryProcess.RunAsync(folder, "vectors", "near-duplicates", "heaps.fvecs", "--within", "0", "-o", "json");
        Assert.Equal(0, duplicates.ExitCode);
        using (var found = JsonDocument.Parse(duplicates.Output))
            Assert.Equal(["0", "60"], found.RootElement.GetProperty("groups")[0].EnumerateArray().Select(id => id.GetString()));

        using (var found = JsonDocument.Parse((await OrreryProcess.RunAsync(folder, "vectors", "cluster", "heaps.fvecs", "--distance", "Euclid", "--to", "clusters.csv", "-o", "json")).Output))
            Assert.Equal([21, 20, 20], found.RootElement.GetProperty("found").EnumerateArray().Select(cluster => cluster.GetProperty("points").GetInt32()));
        Assert.Equal(62, (await File.ReadAllLinesAsync(folder.File("clusters.csv"))).Length);

        Assert.Equal(0, (await OrreryProcess.RunAsync(folder, "vectors", "map", "heaps.fvecs", "map.svg")).ExitCode);
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder.File("map.svg")));

        var (code, _, errors) = await OrreryProcess.RunAsync(folder, "vectors", "cluster", "heaps.fvecs", "--method", "dbscan");
        Assert.Equal(1, code);
        Assert.Contains("--radius", errors);
    }

    [Fact]
    public async Task Without_a_server_it_says_how_to_start_one()
    {
        using var folder = new TempFolder();
        var (code, _, errors) = await OrreryProcess.RunAsync(folder, "status", "--server", "http://127.0.0.1:9");
        Assert.Equal(3, code);
        Assert.Contains("orrery up", errors);
    }

    [Fact]
    public async Task A_wrong_key_in_YAML_is_named_with_its_line()
    {
        using var folder = new TempFolder();
        await using var server = OrreryProcess.Start(folder, "up", "--port", "0");
        var resource = Path.Combine(folder.Path, "source.yaml");
        await File.AppendAllTextAsync(resource, "kind: Source\nname: numbers\nspec:\n  dataset: numbers\n  timestmap: n\n");
        var (code, _, errors) = await OrreryProcess.RunAsync(folder, "apply", "-f", resource, "--server", (await server.AddressAsync()).ToString());
        Assert.Equal(1, code);
        Assert.Contains("timestamp", errors);
        Assert.Contains("5", errors);
    }

    [Fact]
    public async Task It_refuses_to_listen_beyond_this_machine_without_tokens()
    {
        using var folder = new TempFolder();
        var (code, _, errors) = await OrreryProcess.RunAsync(folder, "up", "--address", "0.0.0.0", "--port", "0");
        Assert.Equal(1, code);
        Assert.Contains("--require-tokens", errors);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "orrery-data")));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=9;Username=ada;Password=s3cret;Timeout=5", 3, "127.0.0.1:9")]
    [InlineData("postgresql://ada:s3cret@127.0.0.1:9/orrery", 3, "127.0.0.1:9/orrery")]
    [InlineData("Host=127.0.0.1;Pasword=s3cret", 1, "PGPASSWORD")]
    public async Task A_database_that_is_not_there_is_a_message_without_the_password(string database, int exitCode, string says)
    {
        using var folder = new TempFolder();
        var (code, output, errors) = await OrreryProcess.RunAsync(folder, "up", "--port", "0", "--database", database);
        Assert.Equal(exitCode, code);
        Assert.Contains(says, errors.ReplaceLineEndings(" "));
        Assert.DoesNotContain("s3cret", output + errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task A_port_in_use_is_a_message_and_not_a_stack_trace()
    {
        using var folder = new TempFolder();
        await using var first = OrreryProcess.Start(folder, "up", "--port", "0", "--data", "one");
        var port = (await first.AddressAsync()).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (code, _, errors) = await OrreryProcess.RunAsync(folder, "up", "--port", port, "--data", "two");
        Assert.Equal(3, code);
        Assert.Contains("--port", errors);
        Assert.DoesNotContain("   at ", errors);
    }
}
