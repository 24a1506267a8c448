using Orrery.Import.Vectors;
using Orrery.Kernel;

namespace Orrery.Comparison.Peers;

/// <summary>Which system to measure, and where it is: <c>qdrant=http://host:6333</c>.</summary>
/// <param name="System">One of <see cref="Systems"/>.</param>
/// <param name="Place">An address, or a connection.</param>
public sealed record PeerAddress(string System, string Place)
{
    /// <summary>The systems that can be measured; another Orrery as <c>qdrant</c>, whose wire it speaks.</summary>
    public static IReadOnlyList<string> Systems { get; } = ["qdrant", "weaviate", "chroma", "pinecone", "pgvector"];

    /// <summary>Reads <c>SYSTEM=PLACE</c>.</summary>
    /// <exception cref="InvalidException">The system is not known, or the place no address.</exception>
    public static PeerAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var system = text.Split('=')[0];
        if (!Systems.Contains(system))
            throw new InvalidException($"Expected SYSTEM=PLACE, where the system is {string.Join(", ", Systems)}; got '{text}'.");
        var place = text[Math.Min(text.Length, system.Length + 1)..];
        if (system != "pgvector" && !(Uri.TryCreate(place, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            throw new InvalidException($"Expected {system}=http://host:port, got '{text}'.");
        return new(system, place);
    }

    /// <summary>A key for the server stands in the environment as ORRERY_QDRANT_KEY, ORRERY_CHROMA_KEY, …: a command line is seen by others.</summary>
    internal IVectorPeer Open(HttpClient http, string collection)
    {
        var key = Environment.GetEnvironmentVariable($"ORRERY_{System.ToUpperInvariant()}_KEY");
        RemoteServer At(Uri place, string header, string prefix = "") => new(http, System, place, key is null ? null : (header, prefix + key));
        RemoteServer Server(string header, string prefix = "") => At(new(Place), header, prefix);
        try
        {
            return System switch
            {
                "chroma" => new ChromaPeer(Server("x-chroma-token"), collection),
                "weaviate" => new WeaviatePeer(Server("Authorization", "Bearer "), collection),
                "pinecone" => new PineconePeer(place => At(place, "Api-Key"), new(Place), collection),
                "pgvector" => new PgvectorPeer(PostgresAddress.Parse(Place), collection.Replace('-', '_')),
                _ => new QdrantPeer(Server("api-key").SendAsync, collection),
            };
        }
        catch (ArgumentException error)
        {
            throw new InvalidException($"Expected pgvector=postgresql://user@host/database or pgvector='Host=…;Database=…', got something else: {error.Message}", error);
        }
    }
}
