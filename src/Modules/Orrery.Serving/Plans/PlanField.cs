using System.Text;
using Orrery.Ledger.Models;
using Orrery.Serving.Predictions;

namespace Orrery.Serving.Plans;

/// <summary>
/// Something that a request may send, and where its values lie: numbers in the row's slots from <see cref="Slot"/> on, texts in the row's text slots.
/// </summary>
internal sealed class PlanField(string name, EndpointInputKind kind, ModelFieldType type, IReadOnlyList<long> shape, int width, int slot)
{
    public string Name { get; } = name;

    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(name);

    public EndpointInputKind Kind { get; } = kind;

    public ModelFieldType Type { get; } = type;

    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>Elements in one row.</summary>
    public int Width { get; } = width;

    public int Slot { get; } = slot;

    /// <summary>For a feature: the slots that look-ups fill and that a value which was sent replaces.</summary>
    public List<int> Targets { get; } = [];

    public bool IsText => Type == ModelFieldType.Text;

    public EndpointInput Describe() => new(Name, Kind, Type, Shape);
}
