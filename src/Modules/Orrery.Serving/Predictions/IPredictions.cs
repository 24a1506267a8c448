using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;

namespace Orrery.Serving.Predictions;

/// <summary>
/// Scores requests and finds what was answered. Every wire that predicts goes through here: it fills a <see cref="Prediction"/>, has it scored, writes the outputs, and
/// completes it.
/// </summary>
/// <remarks>Thread-safe; a <see cref="Prediction"/> is not.</remarks>
public interface IPredictions
{
    /// <summary>The endpoints of the workspace, by name, as clients of an inference wire see them.</summary>
    IReadOnlyList<EndpointSignature> Signatures(Caller caller);

    /// <summary>What an endpoint takes and gives.</summary>
    /// <exception cref="NotFoundException">There is no such endpoint.</exception>
    EndpointSignature Signature(Caller caller, string endpoint);

    /// <summary>Begins a request; dispose it in every case. Allocates nothing once the endpoint is warm.</summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="version">A version that must answer: the champion's or the challenger's number; null for what the traffic policy says.</param>
    /// <exception cref="NotFoundException">There is no such endpoint, or it does not serve that version.</exception>
    /// <exception cref="UnavailableException">Nothing is deployed.</exception>
    Prediction Begin(Caller caller, string endpoint, int? version = null);

    /// <summary>The records of a prediction, one for each arm that scored it, the served one first.</summary>
    /// <exception cref="NotFoundException">There is no such endpoint or prediction.</exception>
    Task<IReadOnlyList<LoggedPrediction>> FindAsync(Caller caller, string endpoint, string id, CancellationToken cancellationToken = default);

    /// <summary>Predictions, newest first.</summary>
    Task<Page<LoggedPrediction>> ListAsync(Caller caller, string endpoint, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Completes when everything predicted so far is durable and can be found.</summary>
    Task FlushAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default);

    /// <summary>Appends what turned out to be true; durable when the task completes.</summary>
    /// <exception cref="InvalidException">A value is not finite, or an id is empty.</exception>
    Task LabelAsync(Caller caller, string endpoint, IReadOnlyList<PredictionLabel> labels, CancellationToken cancellationToken = default);
}

/// <summary>What an endpoint takes and gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ready">Whether it answers.</param>
/// <param name="Versions">The version numbers that may be asked for.</param>
/// <param name="Inputs">What may be sent.</param>
/// <param name="Outputs">What comes back.</param>
public sealed record EndpointSignature(
    string Name, bool Ready, IReadOnlyList<int> Versions, IReadOnlyList<EndpointInput> Inputs, IReadOnlyList<ModelField> Outputs);

/// <summary>What an input is for.</summary>
public enum EndpointInputKind
{
    /// <summary>The key of an entity, by which features are looked up. Needed unless all features are sent.</summary>
    Key,
    /// <summary>An input of the model that the caller must send.</summary>
    Request,
    /// <summary>A feature; looked up unless it is sent.</summary>
    Feature,
}

/// <summary>Something that a request may send.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its dimensions; -1 is the batch.</param>
public sealed record EndpointInput(string Name, EndpointInputKind Kind, ModelFieldType Type, IReadOnlyList<long> Shape);

/// <summary>A prediction as it was written.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Version">The model version's number.</param>
/// <param name="Arm">champion or challenger.</param>
/// <param name="Served">Whether the caller got this one.</param>
/// <param name="Score">The model's score.</param>
/// <param name="LatencyMs">From request to answer.</param>
/// <param name="Features">The model's numeric inputs; NaN is missing.</param>
/// <param name="Keys">Entity keys and text inputs.</param>
public sealed record LoggedPrediction(
    string Id, DateTimeOffset Time, long Version, string Arm, bool Served, double Score, double LatencyMs,
    IReadOnlyDictionary<string, double> Features, IReadOnlyDictionary<string, string> Keys);

/// <summary>What turned out to be true.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="Value">The true value; 0 or 1 for a binary class.</param>
/// <param name="Time">When it became known; now by default.</param>
public sealed record PredictionLabel(string Id, double Value, DateTimeOffset? Time = null);
