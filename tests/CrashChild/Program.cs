using Orrery.CrashChild;
using Orrery.Kernel;
using Orrery.Tests;

// Writes to one port until it is killed, and says on standard output what was acknowledged:
//   Orrery.CrashChild FOLDER PORT ROUND BYTES
// Where storage refuses a write it says so and ends, which the test of a full disk waits for.
if (args is not [var folder, var port, var round, var bytes])
    return Fail("Expected FOLDER PORT ROUND BYTES.");

Output.Say("starting");
await using var platform = await TestPlatform.StartAtAsync(folder);
IWorkload workload = port switch
{
    "database" => new DatabaseWorkload(platform.Database),
    "blobs" => new BlobWorkload(platform.Blobs),
    "keyvalues" => new KeyValueWorkload(platform.KeyValues),
    "signals" => new SignalWorkload(platform.Signals),
    "work" => new WorkWorkload(platform.Work),
    _ => throw new ArgumentException($"There is no workload '{port}'."),
};
var size = int.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture);
try
{
    await workload.PrepareAsync();
    await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
    {
        for (var i = 0; ; i++)
            await workload.WriteAsync($"{round}-{writer}-{i}", i, size);
    })));
}
catch (UnavailableException refusal)
{
    Output.Say($"refused {refusal.Message}");
}

return 0;

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
