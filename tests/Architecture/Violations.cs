using Microsoft.Extensions.Logging;
using Orrery.Embedded;
using Orrery.Platform.Relational;

namespace Orrery.Architecture.Tests.Violations;

// What the rules forbid, done on purpose.

internal sealed class ImpureEngine(ILogger log)
{
    public string Compute(string path)
    {
        var text = System.IO.File.ReadAllText(path);
        log.Equals(text);
        return text;
    }
}

internal sealed class ModuleThatKnowsAnAdapter
{
    public static Type Adapter => typeof(EmbeddedPlatform);
}

internal sealed class WireWithState(IDatabase database)
{
    public IDatabase Database { get; } = database;
}
