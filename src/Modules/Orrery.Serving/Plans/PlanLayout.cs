using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Plans;

/// <summary>Gives every value that a request can have its place in a row. Used once, while a plan is built.</summary>
internal sealed class PlanLayout(string endpoint)
{
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    public List<PlanField> Fields { get; } = [];

    public List<FeatureRead> Reads { get; } = [];

    public int NumberSlots { get; private set; }

    public int TextSlots { get; private set; }

    public void AddRead(string service, IOnlineFeatureReader reader)
    {
        var keys = reader.Keys.Select(key => FieldOf(key, EndpointInputKind.Key, ModelFieldType.Text, [-1], 1)).ToArray();
        Reads.Add(new(service, reader, keys, NumberSlots));
        NumberSlots += reader.Features.Count;
    }

    /// <summary>Places a model's inputs; returns the first slot of each.</summary>
    public int[] AddModel(OnnxModel model, string? service)
    {
        var read = Reads.Find(candidate => candidate.Service == service);
        return [.. model.Inputs.Select(input => input.Field.Source == ModelFieldSource.Feature ? AddFeature(model, input, read) : AddRequest(model, input))];
    }

    private int AddRequest(OnnxModel model, TensorSpec input)
    {
        var index = FieldOf(input.Name, EndpointInputKind.Request, input.Type, input.Field.Shape, input.Width);
        var known = Fields[index];
        if (known.Width != input.Width || known.IsText != (input.Type == ModelFieldType.Text))
            throw Contradicts(model, input);
        if (known.Kind == EndpointInputKind.Key)
        {
            // An entity key that the model reads too is needed in every case.
            Fields[index] = new(known.Name, EndpointInputKind.Request, input.Type, input.Field.Shape, known.Width, known.Slot);
        }

        return known.Kind == EndpointInputKind.Feature ? throw Contradicts(model, input) : known.Slot;
    }

    private int AddFeature(OnnxModel model, TensorSpec input, FeatureRead? read)
    {
        var slot = read?.SlotOf(input.Name) ?? -1;
        if (read is null || slot < 0)
            throw new InvalidException(read is null
                ? $"The input '{input.Name}' of {model.Name} is a feature, but neither the endpoint '{endpoint}' nor the model names a feature service."
                : $"The feature service '{read.Service}' has no feature '{input.Name}', which {model.Name} takes; it has {string.Join(", ", read.Reader.Features)}.");
        if (input.Type == ModelFieldType.Text || input.Width != 1)
            throw new InvalidException($"The input '{input.Name}' of {model.Name} is a feature; features are single numbers, not {input.Type} of {input.Width}.");
        var index = FieldOf(input.Name, EndpointInputKind.Feature, input.Type, input.Field.Shape, 1);
        if (Fields[index].Kind != EndpointInputKind.Feature)
            throw Contradicts(model, input);
        if (!Fields[index].Targets.Contains(slot))
            Fields[index].Targets.Add(slot);
        if (!read.UsedFields.Contains(index))
            read.UsedFields.Add(index);
        return slot;
    }

    private int FieldOf(string name, EndpointInputKind kind, ModelFieldType type, IReadOnlyList<long> shape, int width)
    {
        if (_byName.TryGetValue(name, out var index))
            return index;
        var text = type == ModelFieldType.Text;
        Fields.Add(new(name, kind, type, shape, width, text ? TextSlots : NumberSlots));
        if (text)
            TextSlots += width;
        else
            NumberSlots += width;
        return _byName[name] = Fields.Count - 1;
    }

    private InvalidException Contradicts(OnnxModel model, TensorSpec input) => new(
        $"The input '{input.Name}' of {model.Name} ({input.Type}, {input.Width} a row) means something else to another part of the endpoint '{endpoint}': an entity key, a feature, or the other arm's input.");
}
