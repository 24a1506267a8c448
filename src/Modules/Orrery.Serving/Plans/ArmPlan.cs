using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Signals;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Plans;

/// <summary>The words for the two sides of a traffic policy, as the prediction stream has them.</summary>
internal static class Arms
{
    public const string Champion = "champion";
    public const string Challenger = "challenger";
}

/// <summary>One arm of an endpoint's traffic: a loaded version, and how its inputs and log columns are filled from a request's slots.</summary>
internal sealed class ArmPlan
{
    private readonly ModelLease _lease;
    private readonly BatchRunner? _batches;

    public ArmPlan(string endpoint, string name, AssetVersion version, ModelLease lease, int[] inputSlots, ArmCounters counters, BatchRunner? batches)
    {
        _batches = batches;
        (Name, Version, _lease, InputSlots, Counters) = (name, version, lease, inputSlots, counters);
        (ScoreOutput, ScoreColumn) = ScoreOf(lease.Model);
        Tags = new ArmTags(endpoint, name);
    }

    public string Name { get; }

    public AssetVersion Version { get; }

    public OnnxModel Model => _lease.Model;

    /// <summary>For each input of the model, its first slot: of numbers, or of texts where it is text.</summary>
    public int[] InputSlots { get; }

    public ArmCounters Counters { get; }

    public ArmTags Tags { get; }

    /// <summary>Which output is the score, and which of its columns.</summary>
    public int ScoreOutput { get; }

    public int ScoreColumn { get; }

    /// <summary>A new binding with the rows of a request in it.</summary>
    public OnnxBinding Fill(int rows, ReadOnlySpan<double> numbers, int numberSlots, ReadOnlySpan<KnownText> texts, int textSlots)
    {
        var binding = Model.Rent(rows);
        var inputs = binding.Inputs;
        for (var i = 0; i < inputs.Length; i++)
        {
            var spec = Model.Inputs[i];
            var slot = InputSlots[i];
            if (spec.Type == ModelFieldType.Text)
            {
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < spec.Width; column++)
                        inputs[i].Fill(row * spec.Width + column, texts[row * textSlots + slot + column]);
                }
            }
            else
            {
                for (var row = 0; row < rows; row++)
                    inputs[i].Fill(row, numbers.Slice(row * numberSlots + slot, spec.Width));
            }
        }

        return binding;
    }

    /// <summary>Runs the model; where the endpoint batches, together with other requests.</summary>
    public ValueTask RunAsync(OnnxBinding binding)
    {
        if (_batches is not null && binding.Rows == 1)
            return _batches.RunAsync(binding);
        binding.Run();
        return default;
    }

    /// <summary>Lets go of the model.</summary>
    public void Release()
    {
        _batches?.Dispose();
        _lease.Dispose();
    }

    // The first output of floats, in the manifest's order, is the score; of class probabilities [N,2] the last column, which is the positive class.
    private static (int Output, int Column) ScoreOf(OnnxModel model)
    {
        var outputs = model.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Type is ModelFieldType.Float32 or ModelFieldType.Float64)
                return (i, outputs[i].Width - 1);
        }

        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Type != ModelFieldType.Text)
                return (i, outputs[i].Width - 1);
        }

        throw new Kernel.InvalidException($"{model.Name} has no numeric output that could be its score; it gives {string.Join(", ", outputs.Select(output => output.Name))}.");
    }
}

/// <summary>The columns of the prediction stream, and the slots that fill them.</summary>
/// <param name="Schema">The stream's schema.</param>
/// <param name="Numbers">For each arm (champion, challenger): pairs of column and slot.</param>
/// <param name="Texts">Pairs of column and text slot.</param>
internal sealed record LogColumns(SignalSchema Schema, (int Column, int Slot)[][] Numbers, (int Column, int Slot)[] Texts);
