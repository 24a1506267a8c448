using System.Globalization;
using Orrery.Kernel;
using Orrery.Serving.Predictions;

namespace Orrery.Protocols.OpenInference;

/// <summary>The request parameters that mean something here; clients may send others, which mean nothing.</summary>
internal static class RequestParameters
{
    /// <summary>When the request happens (ISO 8601); now by default. A replay sets the time of the event.</summary>
    public const string EventTime = "event_time";

    /// <summary>What keeps a caller on one side of a canary; the request's id by default.</summary>
    public const string StickyKey = "sticky_key";

    /// <summary>Every output comes as bytes behind the JSON (binary tensor data extension).</summary>
    public const string BinaryOutput = "binary_data_output";

    private const int MaxIdLength = 256;

    public static void SetId(Prediction prediction, string? id)
    {
        if (string.IsNullOrEmpty(id))
            return;
        if (id.Length > MaxIdLength)
            throw new InvalidException($"The id of a request has at most {MaxIdLength} characters; this one has {id.Length}.");
        prediction.Id = id;
    }

    public static void SetEventTime(Prediction prediction, string text) =>
        prediction.At = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new InvalidException($"The parameter '{EventTime}' is '{text}'; expected an instant such as 2001-03-01T12:00:00Z.");

    public static int? Version(string? text) => string.IsNullOrEmpty(text)
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new NotFoundException($"There is no version '{text}'; versions are numbers.");
}
