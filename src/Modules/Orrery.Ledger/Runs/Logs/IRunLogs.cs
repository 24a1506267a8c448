using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs.Logs;

/// <summary>A line of a run's log.</summary>
/// <param name="Number">Its place, from 0.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Text">The line, without its end.</param>
public sealed record LogLine(long Number, DateTimeOffset Time, string Text);

/// <summary>A line to append; its time is now where none is given.</summary>
public sealed record NewLogLine(string Text, DateTimeOffset? Time = null);

/// <summary>How far a log is after lines were appended.</summary>
/// <param name="Next">The number that the next line will have.</param>
/// <param name="Full">Whether it takes no more.</param>
public sealed record LogEnd(long Next, bool Full);

/// <summary>A part of a log.</summary>
/// <param name="Lines">In order.</param>
/// <param name="Next">Ask from here for what follows.</param>
/// <param name="Ended">Whether nothing will follow: the run has ended and these are its last lines.</param>
public sealed record LogPart(IReadOnlyList<LogLine> Lines, long Next, bool Ended);

/// <summary>What runs say while they go on, line by line. Thread-safe.</summary>
/// <remarks>
/// Durable when the task completes. A log takes 200,000 lines and 16 million characters, then one line that says that it is full, and no more: it is for reading along, and large
/// output is an artifact. A line has 8,192 characters at most; what is longer is cut.
/// </remarks>
public interface IRunLogs
{
    /// <summary>Appends lines.</summary>
    /// <param name="caller">Who writes.</param>
    /// <param name="run">Which run; it must not be deleted, and may have ended.</param>
    /// <param name="lines">The lines; a text with line ends becomes several.</param>
    /// <param name="first">The number that the first of them is to have: those before the log's end are there already, as after a lost answer, and left out. Null appends all.</param>
    /// <param name="cancellationToken">Withdraws it while it waits.</param>
    /// <exception cref="InvalidException">The first would leave a gap.</exception>
    Task<LogEnd> AppendAsync(Caller caller, RunId run, IReadOnlyList<NewLogLine> lines, long? first = null, CancellationToken cancellationToken = default);

    /// <summary>Reads from a line on. Where there is none yet it waits, until one comes, the run ends, or <paramref name="wait"/> is over.</summary>
    Task<LogPart> ReadAsync(Caller caller, RunId run, long from = 0, int limit = 1000, TimeSpan wait = default, CancellationToken cancellationToken = default);
}
