using Orrery.Kernel;

namespace Orrery.Platform.Signals;

/// <summary>
/// The port for signals: predictions, labels, outcomes, alerts, spans. A stream is an append-only sequence of records numbered from 0.
/// Parquet segments behind a small crash-safe tail on a laptop; Kafka in and Parquet on S3 on a cluster.
/// </summary>
/// <remarks>Thread-safe. A stream's name is its path, such as <c>predictions/flights</c>: parts of <c>[A-Za-z0-9._-]+</c>.</remarks>
public interface ISignalLog
{
    /// <summary>Opens a stream, making it or adding columns to it as needed.</summary>
    /// <exception cref="InvalidException">The name is no stream's name, or a column is called <c>offset</c>.</exception>
    /// <exception cref="ConflictException">The stream has one of the columns with another type.</exception>
    ISignalStream Open(string name, SignalSchema schema);

    /// <summary>The stream of that name with the schema it has; null where there is none.</summary>
    ISignalStream? Find(string name);

    /// <summary>The names of the streams below <paramref name="prefix"/>, in order.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>The offset that <paramref name="consumer"/> has to read next in a stream; 0 at first.</summary>
    Task<long> GetCursorAsync(string consumer, string stream, CancellationToken cancellationToken = default);

    /// <summary>Remembers durably where <paramref name="consumer"/> goes on. A consumer that dies before this reads the batch again.</summary>
    Task SetCursorAsync(string consumer, string stream, long next, CancellationToken cancellationToken = default);
}

/// <summary>One append-only stream of records.</summary>
public interface ISignalStream
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its columns now.</summary>
    SignalSchema Schema { get; }

    /// <summary>The offset that the next record will get, which is the number of records so far.</summary>
    long End { get; }

    /// <summary>
    /// Appends all records of the batch or none, and returns the offset of the first. They are durable when the task completes;
    /// appends that wait at the same moment share one flush. Columns are matched by name.
    /// </summary>
    Task<long> AppendAsync(SignalBatch batch, CancellationToken cancellationToken = default);

    /// <summary>The records from offset <paramref name="from"/> to the present end, in order, in batches of moderate size.</summary>
    IAsyncEnumerable<SignalBatch> ReadAsync(long from, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ReadAsync"/>, but then waits for more until it is cancelled.</summary>
    IAsyncEnumerable<SignalBatch> FollowAsync(long from, CancellationToken cancellationToken = default);

    /// <summary>
    /// Local Parquet files that together hold every record appended so far, with the columns of <see cref="Schema"/> and <c>offset</c>;
    /// older files lack columns added later (read them with <c>union_by_name</c>). Seals the tail.
    /// </summary>
    Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken = default);
}
