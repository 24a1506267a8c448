using System.Text;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Files ingested into one dataset, while another writer of the same kind does the same.</summary>
internal sealed class IngestWriter(string dataset, int seat) : IWriter
{
    private const int Rows = 20;
    private readonly List<(Digest Content, int Version, int Number)> _acknowledged = [];
    private int _number;

    public Task PrepareAsync(Server server) => server.Client.Resources.ApplyAsync($$"""
        kind: Source
        name: {{dataset}}
        spec:
          dataset: {{dataset}}
          columns:
            seat: {type: int64, required: true}
            file: {type: int64, required: true}
            row: {type: int64, required: true}
        """);

    public async Task WriteAsync(Server server)
    {
        var number = _number++;
        var csv = Encoding.UTF8.GetBytes("seat,file,row\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{seat},{number},{row}\n")));
        var result = await server.Client.Data.IngestAsync(dataset, $"{seat}-{number}.csv", new MemoryStream(csv));
        Assert.Equal(("ingested", (long)Rows), (result.Outcome, result.RowsAdded));
        Assert.Equal(Digest.Of(csv), result.Content);
        _acknowledged.Add((result.Content, result.Version!.Number, number));
    }

    public async Task CheckAsync(Server server)
    {
        if (_acknowledged.Count == 0)
            return;
        var latest = await server.Client.Assets.GetAsync(new(AssetKind.Dataset, dataset));
        var files = latest.Manifest.GetProperty("files").EnumerateArray().ToList();
        var contents = files.Select(file => file.GetProperty("origin").GetProperty("content").GetString()).ToList();
        Assert.Equal(contents.Distinct(), contents);
        Acknowledged.IsThere($"files of seat {seat}", _acknowledged.Select(write => write.Content.ToString()), contents!);
        Assert.Equal(latest.Number, files.Count); // Every version added one file.
        Assert.Equal((long)Rows * files.Count, latest.Manifest.GetProperty("rows").GetInt64());
    }

    public async Task CheckAllAsync(Server server)
    {
        await CheckAsync(server);
        var found = new HashSet<(long, long, long)>();
        var latest = await server.Client.Assets.GetAsync(new(AssetKind.Dataset, dataset));
        for (string? cursor = null; ;)
        {
            var page = await server.Client.Data.RowsAsync(dataset, latest.Number, 1_000, cursor);
            foreach (var row in page.Rows)
                Assert.True(found.Add((row[0].GetInt64(), row[1].GetInt64(), row[2].GetInt64())), "A row is there twice.");
            if ((cursor = page.Next) is null)
                break;
        }

        Acknowledged.IsThere("rows", _acknowledged.SelectMany(write => Enumerable.Range(0, Rows).Select(row => ((long)seat, (long)write.Number, (long)row))), found);
        Assert.All(found.GroupBy(row => (row.Item1, row.Item2)), file => Assert.Equal(Rows, file.Count()));
    }
}
